import { createTestStack } from "@holdfast/testing";
import { createClient } from "@supabase/supabase-js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { createHoldfast, defineKind, type Holdfast, HoldfastError, signIn, UnreachableError } from "../src/index.ts";
import { Outage } from "./support/outage.ts";
import { as, asAnon, type TestStack } from "./support/people.ts";
import { SqlWorker } from "./support/worker.ts";

const greet = defineKind({
  kind: "greet",
  payload: z.object({ name: z.string().min(1) }),
  result: z.object({ greeting: z.string() }),
});

let stack: TestStack;
let worker: SqlWorker;
let operator: Holdfast;
beforeAll(async () => {
  stack = await createTestStack();
  worker = await SqlWorker.open(stack, [
    { name: "greet", payload_schema: z.toJSONSchema(greet.payload) },
    { name: "free" },
  ]);
  operator = await as(stack, "operator");
});
afterAll(async () => {
  await worker[Symbol.asyncDispose]();
  await stack[Symbol.asyncDispose]();
});

/** The refusal that a promise ends with. */
async function refusal(work: Promise<unknown>): Promise<HoldfastError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof HoldfastError)) throw new Error(`expected a HoldfastError, got ${error}`);
  return error;
}

async function countJobs(): Promise<number> {
  const rows = await operator.data.read<{ id: number }[]>((db) => db.from("jobs").select("id"));
  return rows.length;
}

describe("enqueue", () => {
  test("returns the job's row, with its options and defaults", async () => {
    const job = await operator.enqueue(
      greet,
      { name: "Ada" },
      { name: "hi", priority: 5, labels: { team: "a" }, timeoutSeconds: 9 },
    );
    expect(job).toMatchObject({
      kind: "greet",
      name: "hi",
      priority: 5,
      labels: { team: "a" },
      timeout_seconds: 9,
      queue: "primary",
    });
    expect(job.created_by).toBe(`user:${stack.users.operator.id}`);
  });

  test("returns the existing job when its idempotency key is repeated", async () => {
    const first = await operator.enqueue("free", { n: 1 }, { idempotencyKey: "once" });
    const second = await operator.enqueue("free", { n: 2 }, { idempotencyKey: "once" });
    expect(second.id).toBe(first.id);
    expect(second.payload).toEqual({ n: 1 });
  });

  test("makes one job when the same key is enqueued ten times at once", async () => {
    const jobs = await Promise.all(
      Array.from({ length: 10 }, () => operator.enqueue("free", {}, { idempotencyKey: "stampede" })),
    );
    expect(new Set(jobs.map((job) => job.id)).size).toBe(1);
  });

  test("holds a job until its due time and says so", async () => {
    const job = await operator.enqueue("free", {}, { runAt: new Date(Date.now() + 3_600_000) });
    expect(job).toMatchObject({ state: "queued", held_by: ["due_time"] });
  });

  test("adds many in batches, and answers in the order asked, repeats included", async () => {
    const jobs = Array.from({ length: 2500 }, (_, n) => ({
      kind: "free",
      payload: { n },
      runAt: "2030-01-01T00:00:00Z",
    }));
    const done = await operator.enqueueMany([
      ...jobs,
      { kind: "free", idempotencyKey: "once" },
      { kind: "free", payload: { n: 2500 } },
    ]);
    expect(done).toHaveLength(2502);
    expect(new Set(done.map(({ id }) => id)).size).toBe(2502);
    expect(done.at(-2)).toMatchObject({ existing: true, idempotency_key: "once" });
    const [middle, last] = await Promise.all([operator.get(done[1234]?.id ?? 0), operator.get(done[2501]?.id ?? 0)]);
    expect([middle.payload, last.payload]).toEqual([{ n: 1234 }, { n: 2500 }]);
  });
});

describe("bad input is refused before anything is inserted", () => {
  test.each([
    ["a typed kind's payload", () => operator.enqueue(greet, { name: "" }), "invalid_payload", /"greet".*name: /],
    [
      "a kind's payload by its own schema",
      () => operator.enqueue("greet", { nam: 1 }),
      "invalid_payload",
      /name: .*string/,
    ],
    [
      "a payload over 256 KiB",
      () => operator.enqueue("free", { x: "y".repeat(262_144) }),
      "payload_too_large",
      /262152 bytes.*256 KiB/,
    ],
    [
      "a payload that is not JSON",
      () => operator.enqueue("free", { x: 1n }),
      "payload_not_json",
      /cannot be written as JSON/,
    ],
    ["a NUL character", () => operator.enqueue("free", { x: "a\0b" }), "payload_not_json", /NUL/],
    [
      "an option that does not exist",
      () => operator.enqueue("free", {}, { que: "x" } as never),
      "unknown_option",
      /"que"/,
    ],
    ["an invalid date", () => operator.enqueue("free", {}, { runAt: new Date("x") }), "invalid_run_at", /runAt/],
    [
      "the third of many",
      () => operator.enqueueMany([{ kind: "free" }, { kind: "free" }, { kind: greet, payload: {} }]),
      "invalid_payload",
      /^job 2 of the list/,
    ],
  ])("%s", async (_what, act, rule, message) => {
    const before = await countJobs();
    const error = await refusal(act());
    expect(error.rule).toBe(rule);
    expect(error.message).toMatch(message);
    expect(error.hint).toBeTruthy();
    expect(await countJobs()).toBe(before);
  });
});

describe("bad input is refused by SQL with rule, status and remedy", () => {
  test.each([
    ["unknown kind", "nonsense", {}, "unknown_kind", 404],
    ["unknown queue", "free", { queue: "nonsense" }, "unknown_queue", 404],
    ["unknown lane", "free", { lane: "nonsense" }, "unknown_lane", 404],
    ["unknown class", "free", { class: "nonsense" }, "unknown_class", 404],
    ["negative timeout", "free", { timeoutSeconds: -1 }, "bad_timeout", 422],
    ["no attempts", "free", { maxAttempts: 0 }, "bad_max_attempts", 422],
    ["the year 9999", "free", { runAt: "9999-01-01T00:00:00Z" }, "bad_run_at", 422],
    ["a dependency that does not exist", "free", { dependsOn: [999_999] }, "unknown_job", 404],
  ] as const)("%s", async (_what, kind, options, rule, status) => {
    const before = await countJobs();
    const error = await refusal(operator.enqueue(kind, {}, options as object));
    expect(error).toMatchObject({ rule, status });
    expect(error.hint).toBeTruthy();
    expect(await countJobs()).toBe(before);
  });

  test("a workspace one does not belong to", async () => {
    const elsewhere = await as(stack, "operator", "elsewhere");
    expect(await refusal(elsewhere.enqueue("free"))).toMatchObject({ rule: "unknown_workspace", status: 404 });
  });
});

describe("wait", () => {
  test("resolves with the typed result of a completed job", async () => {
    const job = await operator.enqueue(greet, { name: "Ada" });
    const waiting = operator.wait(job, { pollMs: 50 });
    await worker.finish(job.id, { outcome: "completed", result: { greeting: "Hello, Ada" } });
    const done = await waiting;
    expect(done.state).toBe("completed");
    expect(done.result?.greeting satisfies string | undefined).toBe("Hello, Ada");
  });

  test("resolves with the error of a failed one", async () => {
    const job = await operator.enqueue("free", {}, { maxAttempts: 1 });
    await worker.finish(job.id, { outcome: "failed", error: { message: "no luck", class: "Luck" } });
    expect(await operator.wait(job)).toMatchObject({ state: "failed", error_message: "no luck", error_class: "Luck" });
  });

  test("ends when its signal does, and leaves the job alone", async () => {
    const job = await operator.enqueue("free", {}, { runAt: "2030-01-01T00:00:00Z" });
    await expect(operator.wait(job, { signal: AbortSignal.timeout(100) })).rejects.toThrow(/timeout/i);
    expect((await operator.get(job.id)).state).toBe("queued");
  });

  test("outlives an outage of the Data API, and says so only when it lasts from the start", async () => {
    await using outage = await Outage.before(stack.apiPort);
    const project = { url: outage.url, key: stack.publishableKey };
    const { accessToken } = await signIn({ ...project, ...stack.users.operator });
    const behind = createHoldfast({ ...project, accessToken }, { workspace: "local" });
    const job = await behind.enqueue("free", {}, { runAt: "2030-01-01T00:00:00Z" });
    let looks = 0;
    const waiting = behind.wait(job, { pollMs: 50, onLook: () => looks++ });
    await expect.poll(() => looks).toBeGreaterThan(0);
    await outage.begin();
    expect(await refusal(behind.get(job.id))).toBeInstanceOf(UnreachableError);
    expect(await refusal(behind.wait(job))).toBeInstanceOf(UnreachableError);
    await operator.cancel(job.id);
    await outage.end();
    expect((await waiting).state).toBe("canceled");
  });
});

describe("who may do what", () => {
  test.each(["owner", "approver", "operator"] as const)(
    "%s enqueues, reads, lists kinds and cancels",
    async (person) => {
      const holdfast = await as(stack, person);
      const job = await holdfast.enqueue("free", {}, { runAt: "2030-01-01T00:00:00Z" });
      expect((await holdfast.kinds()).map((kind) => kind.name)).toEqual(
        expect.arrayContaining(["command", "free", "greet"]),
      );
      expect(await holdfast.cancel(job.id, "test")).toMatchObject({
        verb: "cancel",
        affected: 1,
        result: { state: "canceled" },
      });
      expect((await holdfast.get(job.id)).state).toBe("canceled");
    },
  );

  test("viewer reads, and is refused everything else", async () => {
    const viewer = await as(stack, "viewer");
    const job = await operator.enqueue("free", {}, { runAt: "2030-01-01T00:00:00Z" });
    expect((await viewer.get(job.id)).id).toBe(job.id);
    const acts = [
      () => viewer.enqueue("free"),
      () => viewer.cancel(job.id),
      () => viewer.act("pause", "queue", { queue: "primary" }, { reason: "x" }),
    ];
    for (const act of acts) expect(await refusal(act())).toMatchObject({ rule: "not_permitted", status: 403 });
    expect((await operator.get(job.id)).state).toBe("queued");
    // What was refused is on the record, by whom and why.
    const refused = await viewer.data.read<{ verb: string; subject: string; rule: string }[]>((db) =>
      db.from("refusals").select("verb,subject,rule").order("id", { ascending: false }).limit(2),
    );
    expect(refused).toEqual([
      { verb: "pause", subject: "queue", rule: "not_permitted" },
      { verb: "cancel", subject: "job", rule: "not_permitted" },
    ]);
  });

  test("anon is refused", async () => {
    expect((await refusal(asAnon(stack).enqueue("free"))).status).toBeGreaterThanOrEqual(401);
    expect((await refusal(asAnon(stack).kinds())).status).toBeGreaterThanOrEqual(401);
  });
});

describe("connecting", () => {
  test("takes an application's own supabase-js client with its session", async () => {
    const supabase = createClient(stack.apiUrl, stack.publishableKey, { auth: { persistSession: false } });
    await supabase.auth.signInWithPassword(stack.users.operator);
    const holdfast = createHoldfast(supabase, { workspace: "local" });
    expect((await holdfast.enqueue("free")).created_by).toBe(`user:${stack.users.operator.id}`);
    await supabase.auth.signOut();
  });

  test("refuses a wrong password in words", async () => {
    const project = { url: stack.apiUrl, key: stack.publishableKey };
    const error = await refusal(signIn({ ...project, email: stack.users.owner.email, password: "wrong" }));
    expect(error).toMatchObject({ rule: "sign_in_refused", status: 401 });
  });

  test("says that nothing answers", async () => {
    const nowhere = createHoldfast({ url: "http://127.0.0.1:9", key: "x" }, { workspace: "local" });
    const error = await refusal(nowhere.get(1));
    expect(error).toBeInstanceOf(UnreachableError);
    expect(error.message).toContain("http://127.0.0.1:9");
  });
});
