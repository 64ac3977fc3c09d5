import {
  act,
  asMember,
  createTestDatabase,
  enqueue,
  refusalOf,
  registerKinds,
  stateOf,
  type TestDatabase,
  type TestWorker,
  worker,
} from "@holdfast/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

let db: TestDatabase;
let by: TestWorker;
beforeEach(async () => {
  db = await createTestDatabase();
  await registerKinds(db, "hello", "other");
  by = await worker(db);
});
afterEach(() => db.drop());

async function rule(fields: Record<string, unknown>): Promise<void> {
  const row: Record<string, unknown> = { name: "unsafe_public_claim", ...fields };
  const names = Object.keys(row);
  await db
    .pool()
    .query(
      `insert into holdfast.output_rules (workspace_id, ${names.join(", ")}) select w.id, ${names.map((_, i) => `$${i + 1}`).join(", ")} from holdfast.workspaces w where w.slug = 'local'`,
      Object.values(row),
    );
}

/** Prints in chunks, ends with a result; the job's id. */
async function run(
  spec: { prints?: (string | Buffer)[]; stream?: string; result?: unknown; kind?: string; outcome?: string } = {},
): Promise<number> {
  const id = await enqueue(db, { kind: spec.kind ?? "hello", options: { max_attempts: 1 } });
  const token = await by.takeOne(id);
  let offset = 0;
  for (const chunk of spec.prints ?? []) {
    const bytes = Buffer.from(chunk);
    await db
      .pool("holdfast_worker")
      .query("select holdfast_private.store_output($1, $2, $3, $4)", [token, spec.stream ?? "stdout", offset, bytes]);
    offset += bytes.length;
  }
  const outcome = spec.outcome ?? "completed";
  await by.finish({
    token,
    outcome,
    ...(spec.result === undefined ? {} : { result: spec.result }),
    ...(outcome === "failed" ? { error: { message: "boom" } } : {}),
  });
  return id;
}

const quarantine = async (id: number) =>
  (
    await db
      .pool()
      .query("select reason_code, source, severity, state from holdfast.quarantine where job_id = $1", [id])
  ).rows;
const incidents = async () =>
  (await db.pool().query("select rule, subject, severity, times_seen, evidence from holdfast.incidents order by id"))
    .rows;

describe("a pattern", () => {
  const HITS: [what: string, spec: Parameters<typeof run>[0]][] = [
    ["in the output", { prints: ["we promise guaranteed returns of 9 %"] }],
    ["whatever its case", { prints: ["GUARANTEED Returns"] }],
    ["across the edge of two chunks", { prints: ["guaran", "teed ret", "urns"] }],
    ["on stderr", { prints: ["guaranteed returns"], stream: "stderr" }],
    ["on the raw stream of a terminal", { prints: ["guaranteed returns"], stream: "raw" }],
    ["beside bytes that are no text", { prints: [Buffer.from([0, 255, 254]), "guaranteed returns"] }],
    [
      "after a megabyte of other things",
      { prints: ["x".repeat(1_000_000), "y".repeat(1_000_000), "guaranteed returns"] },
    ],
    ["in the result", { result: { text: "guaranteed returns" } }],
    ["in the output of a run that failed", { prints: ["guaranteed returns"], outcome: "failed" }],
  ];
  test.each(HITS)("%s isolates the job and opens an incident", async (_, spec) => {
    await rule({ pattern: "guaranteed\\s+returns", severity: "critical" });
    const id = await run(spec);
    await expect(stateOf(db, id)).resolves.toBe("quarantined");
    await expect(quarantine(id)).resolves.toEqual([
      { reason_code: "output_rule", source: "rule:unsafe_public_claim", severity: "critical", state: "open" },
    ]);
    await expect(incidents()).resolves.toEqual([
      {
        rule: "unsafe_claim_published",
        subject: "rule:unsafe_public_claim",
        severity: "critical",
        times_seen: 1,
        evidence: { job: id },
      },
    ]);
  });

  test("of letters beyond ASCII matches what was printed, also where a chunk's edge splits a letter", async () => {
    await rule({ pattern: "garantía" });
    const bytes = Buffer.from("con garantía total");
    const id = await run({ prints: [bytes.subarray(0, 12), bytes.subarray(12)] });
    await expect(stateOf(db, id)).resolves.toBe("quarantined");
  });

  test("that does not match changes nothing; neither does a rule that is off or about another kind", async () => {
    await rule({ pattern: "guaranteed returns" });
    await rule({ name: "off", pattern: "harmless", enabled: false });
    await rule({ name: "elsewhere", pattern: "harmless", kind: "other" });
    await expect(stateOf(db, await run({ prints: ["harmless"], result: { ok: true } }))).resolves.toBe("completed");
    await expect(incidents()).resolves.toEqual([]);
    await expect(stateOf(db, await run({ prints: ["harmless"], kind: "other" }))).resolves.toBe("quarantined");
  });
});

test("a JSON path looks at the result", async () => {
  await rule({ json_path: "$.claims[*] ? (@.verified == false)" });
  await expect(stateOf(db, await run({ result: { claims: [{ verified: true }] } }))).resolves.toBe("completed");
  await expect(stateOf(db, await run({ result: { claims: [{ verified: true }, { verified: false }] } }))).resolves.toBe(
    "quarantined",
  );
  await expect(stateOf(db, await run({ result: ["claims"] }))).resolves.toBe("completed");
  await expect(stateOf(db, await run())).resolves.toBe("completed");
});

test("an isolated job that had completed keeps its result, and frees nobody who waits for it", async () => {
  await rule({ pattern: "claim" });
  const id = await enqueue(db, { kind: "hello" });
  const child = await enqueue(db, { kind: "hello", options: { depends_on: [id] } });
  await by.finish({ token: await by.takeOne(id), outcome: "completed", result: { text: "a claim" } });
  const { rows } = await db
    .pool()
    .query("select state, result, error_class, error_message, finished_at from holdfast.jobs where id = $1", [id]);
  expect(rows[0]).toEqual({
    state: "quarantined",
    result: { text: "a claim" },
    error_class: "output_rule",
    error_message: "Output rule unsafe_public_claim matched.",
    finished_at: null,
  });
  await expect(stateOf(db, child)).resolves.toBe("blocked");
});

test("a rule that only reports lets the job complete", async () => {
  await rule({ pattern: "claim", action: "incident", severity: "low" });
  await expect(stateOf(db, await run({ prints: ["a claim"] }))).resolves.toBe("completed");
  await expect(incidents()).resolves.toMatchObject([{ severity: "low" }]);
});

test("every rule that matches is reported, and one that isolates is enough", async () => {
  await rule({ name: "loud", pattern: "claim", action: "incident", severity: "critical" });
  await rule({ name: "strict", pattern: "claim", action: "quarantine", severity: "medium" });
  const id = await run({ prints: ["a claim"] });
  await expect(quarantine(id)).resolves.toMatchObject([{ source: "rule:strict", severity: "medium" }]);
  expect((await incidents()).map((row) => [row.subject, row.severity])).toEqual([
    ["rule:loud", "critical"],
    ["rule:strict", "medium"],
  ]);
  await run({ prints: ["a claim"] });
  expect((await incidents()).map((row) => row.times_seen)).toEqual([2, 2]);
});

test("a reviewer releases it with a note, as any quarantined job", async () => {
  await rule({ pattern: "claim" });
  const id = await run({ prints: ["a claim"] });
  await act(db.pool(), { verb: "discard", subject: "job", target: { job: id }, reason: "it was one" });
  await expect(quarantine(id)).resolves.toMatchObject([{ state: "discarded" }]);
  await expect(stateOf(db, id)).resolves.toBe("canceled");
});

const BAD: [fields: Record<string, unknown>, rule: string, message: RegExp][] = [
  [{}, "bad_rule", /pattern or a json_path/],
  [{ pattern: "(" }, "bad_rule", /pattern is not a regular expression/],
  [{ pattern: "a{9999}" }, "bad_rule", /pattern/],
  [{ pattern: "x".repeat(501) }, "bad_rule", /500/],
  [{ json_path: "$.[" }, "bad_rule", /json_path is not a JSON path/],
  [{ pattern: "x", kind: "nothing" }, "unknown_kind", /'nothing'/],
  [{ pattern: "x", severity: "awful" }, "bad_rule", /severity/],
  [{ pattern: "x", action: "delete" }, "bad_rule", /action/],
  [{ pattern: "x", name: "No Name" }, "bad_rule", /name/],
];
test.each(BAD)("a rule with %j is refused by name", async (fields, name, message) => {
  await expect(refusalOf(rule(fields))).resolves.toMatchObject({
    code: expect.stringMatching(/^PT4/),
    rule: `holdfast.${name}`,
    message: expect.stringMatching(message),
  });
});

test("only an admin defines one", async () => {
  const insert =
    "insert into holdfast.output_rules (workspace_id, name, pattern) select id, 'mine', 'x' from holdfast.workspaces returning created_by";
  await expect(refusalOf(asMember("approver")(db, (client) => client.query(insert)))).resolves.toMatchObject({
    rule: "holdfast.not_permitted",
  });
  await expect(asMember("admin")(db, (client) => client.query(insert))).resolves.toMatchObject({ rowCount: 1 });
});
