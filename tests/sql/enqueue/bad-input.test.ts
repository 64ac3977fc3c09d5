import { asMember, createTestDatabase, job, refusalOf, registerKinds, workspace } from "@holdfast/testing";
import { afterAll, describe, expect, test } from "vitest";

const db = await createTestDatabase();
afterAll(() => db.drop());
await registerKinds(db, "hello");
await workspace(db, "other");
const foreign = await job(db, { workspace: "other" });
await db.pool().query("delete from holdfast.command_rules");

/** What is wrong, the rule that says so, and words that the sentence and the hint must hold. */
const BAD: [
  title: string,
  kind: string,
  payload: unknown,
  options: object,
  rule: string,
  says: RegExp,
  hint: RegExp,
][] = [
  ["an unknown kind", "nope", {}, {}, "unknown_kind", /kind 'nope'/, /Known: .*hello/],
  ["an unknown queue", "hello", {}, { queue: "x" }, "unknown_queue", /queue 'x'/, /Known: .*primary/],
  ["an unknown lane", "hello", {}, { lane: "x" }, "unknown_lane", /lane 'x'/, /Known: .*default/],
  ["an unknown class", "hello", {}, { class: "x" }, "unknown_class", /class 'x'/, /Known: .*small/],
  ["an unknown venture", "hello", {}, { venture: "x" }, "unknown_venture", /venture 'x'/, /Known: noaerth/],
  [
    "a payload over 256 KiB",
    "hello",
    { a: "x".repeat(262_144) },
    {},
    "payload_too_large",
    /256 KiB.*got 2\d+ bytes/,
    /reference/,
  ],
  [
    "a negative timeout",
    "hello",
    {},
    { timeout_seconds: -1 },
    "bad_timeout",
    /timeout_seconds.*got -1/,
    /Leave it out/,
  ],
  ["a timeout of zero", "hello", {}, { timeout_seconds: 0 }, "bad_timeout", /got 0/, /Leave it out/],
  ["no attempts", "hello", {}, { max_attempts: 0 }, "bad_max_attempts", /max_attempts.*got 0/, /Use 1/],
  ["the year 9999", "hello", {}, { run_at: "9999-01-01T00:00:00Z" }, "bad_run_at", /run_at.*9999/, /Check the year/],
  ["the end of time", "hello", {}, { run_at: "infinity" }, "bad_run_at", /run_at.*infinity/, /Check the year/],
  ["a priority out of range", "hello", {}, { priority: 1001 }, "bad_priority", /priority.*got 1001/, /Leave it out/],
  ["labels that are no object", "hello", {}, { labels: [1] }, "bad_labels", /labels/, /payload/],
  ["a name too long", "hello", {}, { name: "x".repeat(501) }, "bad_name", /name.*500.*got 501/, /Shorten/],
  [
    "an empty idempotency key",
    "hello",
    {},
    { idempotency_key: "" },
    "bad_idempotency_key",
    /idempotency_key/,
    /Leave it out/,
  ],
  [
    "an empty concurrency key",
    "hello",
    {},
    { concurrency_key: "" },
    "bad_concurrency_key",
    /concurrency_key/,
    /Leave it out/,
  ],
  ["a negative cost", "hello", {}, { est_cost: -1 }, "bad_est_cost", /est_cost.*got -1/, /Leave it out/],
  ["a trigger nobody knows", "hello", {}, { trigger: "magic" }, "bad_trigger", /trigger.*got magic/, /Leave it out/],
  ["a field nobody knows", "hello", {}, { foo: 1 }, "unknown_option", /'foo'/, /Known fields: .*payload/],
  ["a dependency on nothing", "hello", {}, { depends_on: [999_999] }, "unknown_job", /999999/, /own workspace/],
  [
    "a dependency on another workspace's job",
    "hello",
    {},
    { depends_on: [foreign] },
    "unknown_job",
    new RegExp(`${foreign}`),
    /own workspace/,
  ],
  ["a command without a program", "command", { argv: [] }, {}, "bad_argv", /payload\.argv/, /Example/],
  [
    "a command whose arguments are no strings",
    "command",
    { argv: ["ls", 1] },
    {},
    "bad_argv",
    /payload\.argv/,
    /Example/,
  ],
  ["a program that no rule allows", "command", { argv: ["rm"] }, {}, "program_not_allowed", /'rm'/, /command_rules/],
];

async function counts() {
  const { rows } = await db
    .pool()
    .query(
      "select (select count(*) from holdfast.jobs) as jobs, (select count(*) from holdfast_ledger.events) as events, (select count(*) from graphile_worker._private_jobs) as deliveries",
    );
  return rows[0];
}

describe.each(BAD)("%s", (_title, kind, payload, options, rule, says, hint) => {
  test("is refused by name, with the way out, and changes nothing", async () => {
    const before = await counts();
    const refusal = await refusalOf(
      db
        .pool()
        .query("select holdfast.enqueue('local', $1, $2, $3)", [
          kind,
          JSON.stringify(payload),
          JSON.stringify(options),
        ]),
    );
    expect(refusal).toEqual({
      code: expect.stringMatching(/^PT4\d\d$/),
      rule: `holdfast.${rule}`,
      message: expect.stringMatching(says),
      hint: expect.stringMatching(hint),
    });
    await expect(counts()).resolves.toEqual(before);
  });
});

test("an unknown workspace is refused by its slug", async () => {
  const refusal = await refusalOf(db.pool().query("select holdfast.enqueue('nowhere', 'hello')"));
  expect(refusal).toMatchObject({
    code: "PT404",
    rule: "holdfast.unknown_workspace",
    message: expect.stringContaining("'nowhere'"),
  });
});

test("a workspace that exists but is not one's own is as unknown as one that does not", async () => {
  const refuse = (slug: string) =>
    asMember("admin")(db, (client) => refusalOf(client.query("select holdfast.enqueue($1, 'hello')", [slug])));
  const foreignOne = await refuse("other");
  const absent = await refuse("absent");
  expect({ ...foreignOne, message: "" }).toEqual({ ...absent, message: "" });
  expect(foreignOne.message.replace("'other'", "'absent'")).toBe(absent.message);
});

test.each([
  ["not an array", {}],
  ["an element that is no object", [1]],
  ["a null element", [null]],
  ["more than 10000 jobs", Array.from({ length: 10_001 }, () => ({ kind: "hello" }))],
])("a batch with %s is refused as a bad batch", async (_title, jobs) => {
  const refusal = await refusalOf(
    db.pool().query("select * from holdfast.enqueue_many('local', $1)", [JSON.stringify(jobs)]),
  );
  expect(refusal).toMatchObject({ code: "PT400", rule: "holdfast.bad_batch" });
});

test("one bad job refuses its whole batch", async () => {
  const before = await counts();
  const jobs = [{ kind: "hello" }, { kind: "hello", timeout_seconds: -1 }];
  const refusal = await refusalOf(
    db.pool().query("select * from holdfast.enqueue_many('local', $1)", [JSON.stringify(jobs)]),
  );
  expect(refusal.rule).toBe("holdfast.bad_timeout");
  await expect(counts()).resolves.toEqual(before);
});

test("a value of the wrong type is refused as a bad field, not as a broken database", async () => {
  const refusal = await refusalOf(
    db.pool().query("select holdfast.enqueue('local', 'hello', '{}', '{\"timeout_seconds\": \"soon\"}')"),
  );
  expect(refusal).toMatchObject({
    code: "PT422",
    rule: "holdfast.bad_option",
    message: expect.stringContaining("timeout_seconds"),
  });
});
