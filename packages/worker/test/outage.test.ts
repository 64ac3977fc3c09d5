import { setTimeout as delay } from "node:timers/promises";
import { createTestStack } from "@holdfast/testing";
import pg from "pg";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineTask, startWorker } from "../src/index.ts";
import { testLog } from "./support/test-log.ts";
import { until } from "./support/until.ts";

type Stack = Awaited<ReturnType<typeof createTestStack>>;

async function ask<R extends pg.QueryResultRow>(stack: Stack, text: string, values: unknown[] = []): Promise<R[]> {
  const client = new pg.Client({ connectionString: stack.databaseUrl("postgres") });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query<R>(text, values)).rows;
  } finally {
    await client.end();
  }
}

const completed = async (stack: Stack) =>
  Number((await ask(stack, "select count(*) as n from holdfast.jobs where state = 'completed'"))[0]?.n);

describe("a worker whose database goes away", () => {
  it("lives on, delivers the ends of its runs when it is back, and takes new work", async () => {
    await using stack = await createTestStack();
    const log = testLog();
    let gate!: () => void;
    const open = new Promise<void>((resolve) => {
      gate = resolve;
    });
    let calls = 0;
    const task = defineTask({
      kind: "gated",
      payload: z.object({}),
      async run() {
        calls++;
        await open;
      },
    });
    await using worker = await startWorker({
      databaseUrl: stack.databaseUrl("holdfast_worker"),
      logger: log.logger,
      tasks: [task],
      capacity: 20,
    });
    const enqueue = (count: number) =>
      ask(
        stack,
        "select count(*) from generate_series(1, $1) n, lateral holdfast.enqueue('local', 'gated', jsonb_build_object('n', n), '{}')",
        [count],
      );
    await enqueue(20);
    await until("every handler runs", () => calls === 20);

    await stack.postgres.stop("immediate");
    gate();
    // Longer than several retries of everything that talks to the database.
    await delay(3_000);
    expect(worker.functions.size).toBe(20);
    await stack.postgres.start();

    await until("the ends are delivered", async () => (await completed(stack)) === 20, 20_000);
    await enqueue(50);
    await until("new work is done", async () => (await completed(stack)) === 70, 20_000);
    expect(calls).toBe(70);
    const attempts = await ask(stack, "select count(*) as n from holdfast.runs");
    expect(Number(attempts[0]?.n)).toBe(70);
    expect(worker.functionSlots.taken).toBe(0);
    const locked = await ask(
      stack,
      "select count(*) as n from graphile_worker._private_jobs where locked_by is not null",
    );
    expect(Number(locked[0]?.n)).toBe(0);
  });

  it("takes new work when only its connections were cut, many times over", async () => {
    await using stack = await createTestStack();
    const task = defineTask({ kind: "quick", payload: z.object({}), run: () => undefined });
    await using worker = await startWorker({
      databaseUrl: stack.databaseUrl("holdfast_worker"),
      logger: testLog().logger,
      tasks: [task],
      capacity: 20,
    });
    let enqueued = 0;
    for (let round = 0; round < 8; round++) {
      await ask(
        stack,
        "select count(*) from generate_series(1, 200) n, lateral holdfast.enqueue('local', 'quick', jsonb_build_object('n', n), '{}')",
      );
      enqueued += 200;
      await ask(stack, "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'holdfast_worker'");
    }
    // Without a supervisor nobody hands a lost delivery out again: the worker must not have lost any. A run whose
    // "taken" never arrived holds its lease until that expires, and is then a supervisor's business.
    await until(
      "nothing waits for this worker",
      async () => {
        const rows = await ask(
          stack,
          `select count(*) filter (where state = 'completed') as completed,
             count(*) filter (where state in ('queued', 'dispatched')) as waiting from holdfast.jobs j`,
        );
        return Number(rows[0]?.waiting) === 0 && worker.functions.size === 0;
      },
      30_000,
    );
    expect(await completed(stack)).toBeGreaterThanOrEqual(enqueued - 40);
  });
});
