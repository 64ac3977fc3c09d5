import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { down, identify, isAlive, type ProcessIdentity, readStack, signal, waitUntil } from "../src/index.ts";
import { findPostmaster } from "../src/postgres/postmaster-file.ts";
import { strangerOf } from "./support/people-clients.ts";
import { answers, type PrivateState, privateState } from "./support/private-state.ts";
import { addProbes, sleepProbe } from "./support/probes.ts";
import { rawRequest } from "./support/raw-request.ts";
import { readers } from "./support/readers.ts";

// The database, and the process behind the gateway, going away and coming back under a stack that stays.

let state: PrivateState;
beforeEach(async () => {
  state = await privateState();
});
afterEach(() => state?.[Symbol.asyncDispose]());

test("six readers hear 503 while Postgres is away, read on when it is back, and the stack's process lives", async () => {
  const stack = await state.startDetached();
  const owner = ownerOf();
  await using reading = await readers(stack, 6);
  for (const round of [1, 2, 3]) {
    expect(await reading.allSucceed(20_000), `round ${round}, before`).toBe(true);
    await stack.postgres.stop("immediate");
    expect(await waitUntil(() => reading.refusals().length >= 6, 20_000)).toBe(true);
    for (const refusal of reading.refusals()) {
      expect(refusal.retryAfter).toBe("1");
      expect(refusal.body).toMatchObject({ code: expect.stringMatching(/^PGRST00[01]$/), hint: expect.any(String) });
    }
    expect(reading.refusals().map((each) => each.body.message)).toContain("The database is restarting");
    await stack.postgres.start();
    expect(await reading.allSucceed(20_000), `round ${round}, after`).toBe(true);
    reading.forget();
  }
  expect(reading.statuses()).toEqual([200, 503]);
  expect(ownerOf()).toEqual(owner);
});

test("a request in flight when Postgres goes away is answered with 503, not left hanging", async () => {
  const stack = await state.startDetached();
  await addProbes(stack);
  const answered = sleepProbe(stack, 50);
  await running(stack.databaseUrl("supabase_admin"), "sleep_probe");
  await stack.postgres.stop("immediate");
  const { status, body } = await answered;
  expect(status).toBe(503);
  expect(JSON.parse(body)).toMatchObject({ code: "PGRST000", message: "The database is restarting" });
});

test("a Postgres that somebody kills is started again by the stack, and everything answers", async () => {
  const stack = await state.startDetached();
  for (const name of ["SIGKILL", "SIGQUIT"] as const) {
    const before = findPostmaster(state.dataDir);
    if (!before) throw new Error("no Postgres");
    signal(before, name);
    const isBack = () => {
      const now = findPostmaster(state.dataDir);
      return now?.ready === true && now.pid !== before.pid;
    };
    expect(await waitUntil(isBack, 30_000)).toBe(true);
    expect(await waitUntil(() => reads(stack), 20_000)).toBe(true);
  }
  expect(readFileSync(join(state.stateDir, "logs/stack.log"), "utf8")).toMatch(/nobody stopped it/);
});

test("a Postgres that was stopped through the stack, here or by an attached process, stays down until it is started", async () => {
  await using stack = await state.start();
  const attached = await state.start();
  for (const one of [stack, attached]) {
    await one.postgres.stop("fast");
    // Several looks of the keeper long.
    expect(await waitUntil(() => findPostmaster(state.dataDir) !== undefined, 1_500)).toBe(false);
    await one.postgres.start();
    expect(await answers(stack)).toBe(true);
  }
});

test("when the Data API's process is killed the next request waits for a new one and is answered", async () => {
  const stack = await state.startDetached();
  expect(await reads(stack)).toBe(true);
  for (let round = 0; round < 3; round++) {
    const [child] = dataApiProcesses();
    if (!child) throw new Error("no process of the Data API");
    signal(child, "SIGKILL");
    expect(await waitUntil(() => !isAlive(child), 5_000)).toBe(true);
    expect(await reads(stack)).toBe(true);
    expect(dataApiProcesses()).toHaveLength(1);
  }
});

test("a request that the Data API throws on is refused, and its process lives", async () => {
  const stack = await state.startDetached();
  expect(await reads(stack)).toBe(true);
  const before = dataApiProcesses();
  const answer = await rawRequest(stack.apiPort, "/rest/v1/workspaces", { apikey: stack.publishableKey }, "TRACE");
  expect(answer.status).toBe(500);
  expect(await reads(stack)).toBe(true);
  expect(dataApiProcesses()).toEqual(before);
});

test("the Data API's process ends with the stack's, also when that is killed", async () => {
  await state.startDetached();
  const [child] = dataApiProcesses();
  if (!child) throw new Error("no process of the Data API");
  signal(ownerOf(), "SIGKILL");
  expect(await waitUntil(() => !isAlive(child), 10_000)).toBe(true);
});

test("a stack goes down within ten seconds while Postgres is away and readers keep asking", async () => {
  const stack = await state.startDetached();
  const owner = ownerOf();
  const children = dataApiProcesses();
  await using reading = await readers(stack, 6);
  expect(await reading.allSucceed(20_000)).toBe(true);
  await stack.postgres.stop("immediate");
  expect(await waitUntil(() => reading.refusals().length > 0, 20_000)).toBe(true);
  const began = performance.now();
  await down({ stateDir: state.stateDir });
  expect(performance.now() - began).toBeLessThan(10_000);
  expect([owner, ...children].filter(isAlive)).toEqual([]);
  expect(findPostmaster(state.dataDir)).toBeUndefined();
});

test("a stack stops within ten seconds while a request hangs in the database", async () => {
  const stack = await state.start();
  await addProbes(stack);
  const answered = sleepProbe(stack, 50);
  await running(stack.databaseUrl("supabase_admin"), "sleep_probe");
  const began = performance.now();
  await stack.stop();
  expect(performance.now() - began).toBeLessThan(10_000);
  expect((await answered).status).toBe(503);
});

function ownerOf(): ProcessIdentity {
  const record = readStack(state.stateDir);
  if (!record) throw new Error("no stack");
  return { pid: record.pid, startTime: record.pidStartTime };
}

function dataApiProcesses(): ProcessIdentity[] {
  const owner = ownerOf();
  return execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" })
    .split("\n")
    .map((line) => /^\s*(\d+)\s+(\d+)\s.*data-api\.ts/.exec(line))
    .filter((found) => Number(found?.[2]) === owner.pid)
    .flatMap((found) => identify(Number(found?.[1])) ?? []);
}

async function reads(stack: Parameters<typeof strangerOf>[0]): Promise<boolean> {
  const { data } = await strangerOf(stack, stack.secretKey).from("workspaces").select("slug").retry(false);
  return data !== null;
}

/** Waits until a statement with that word in it runs. */
async function running(url: string, word: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const sql = "select from pg_stat_activity where state = 'active' and pid <> pg_backend_pid() and query ~ $1";
    expect(await waitUntil(async () => ((await client.query(sql, [word])).rowCount ?? 0) > 0, 20_000)).toBe(true);
  } finally {
    await client.end();
  }
}
