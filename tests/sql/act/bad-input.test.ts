import { type ActSpec, act, createTestDatabase, job, refusalOf } from "@holdfast/testing";
import { afterAll, expect, test } from "vitest";

const db = await createTestDatabase();
afterAll(() => db.drop());
const id = await job(db, { state: "queued" });
const limit = (params: unknown): ActSpec => ({ verb: "limit", subject: "queue", target: { queue: "primary" }, params });

const BAD: [title: string, spec: ActSpec, rule: string, says: RegExp][] = [
  [
    "an act nobody knows",
    { verb: "explode", subject: "job", target: { job: id } },
    "unknown_verb",
    /'explode' on 'job'/,
  ],
  [
    "enqueue, which is an insert into jobs",
    { verb: "enqueue", subject: "job", target: { job: id } },
    "unknown_verb",
    /'enqueue'/,
  ],
  [
    "define, which is an insert into the catalogue",
    { verb: "define", subject: "queue", target: { queue: "x" } },
    "unknown_verb",
    /'define'/,
  ],
  ["no target", { verb: "cancel", subject: "job", target: {} }, "bad_target", /names exactly that job/],
  ["two targets", { verb: "cancel", subject: "job", target: { job: id, queue: "primary" } }, "bad_target", /exactly/],
  [
    "a target of another subject",
    { verb: "cancel", subject: "job", target: { queue: "primary" } },
    "bad_target",
    /exactly/,
  ],
  ["an unknown job", { verb: "cancel", subject: "job", target: { job: 987_654 } }, "unknown_job", /987654/],
  [
    "an unknown queue",
    { verb: "pause", subject: "queue", target: { queue: "nope" }, reason: "x" },
    "unknown_queue",
    /'nope'/,
  ],
  ["an unknown lane", { verb: "resume", subject: "lane", target: { lane: "nope" } }, "unknown_lane", /'nope'/],
  [
    "an unknown class",
    { verb: "limit", subject: "class", target: { class: "nope" }, params: { max_running: 1 } },
    "unknown_class",
    /'nope'/,
  ],
  ["an unknown worker", { verb: "drain", subject: "worker", target: { worker: 987_654 } }, "unknown_worker", /987654/],
  ["a limit that is missing", limit({}), "bad_limit", /max_running/],
  ["a negative limit", limit({ max_running: -1 }), "bad_limit", /got -1/],
  ["a limit that is no whole number", limit({ max_running: 1.5 }), "bad_limit", /got 1.5/],
  ["a limit that is no number", limit({ max_running: "four" }), "bad_limit", /"four"/],
  ["a limit beyond reason", limit({ max_running: 1e12 }), "bad_limit", /max_running/],
  ["a parameter nobody knows", limit({ max_running: 1, min: 2 }), "unknown_option", /min/],
  ["parameters that are no object", limit("four"), "unknown_option", /"four"/],
  [
    "a reason without end",
    { verb: "cancel", subject: "job", target: { job: id }, reason: "x".repeat(2001) },
    "bad_reason",
    /2000/,
  ],
];

test.each(BAD)("%s is refused by name and changes nothing", async (_title, spec, rule, says) => {
  const count = async () => (await db.pool().query("select count(*) as n from holdfast.actions")).rows[0].n;
  const before = await count();
  await expect(refusalOf(act(db.pool(), spec))).resolves.toEqual({
    code: expect.stringMatching(/^PT4\d\d$/),
    rule: `holdfast.${rule}`,
    message: expect.stringMatching(says),
    hint: expect.any(String),
  });
  await expect(count()).resolves.toBe(before);
});
