import { act, createTestDatabase, openSession, type TestDatabase } from "@holdfast/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { defineTask, startWorker, type Worker, WorkerOptionsError } from "../src/index.ts";
import { BUILTIN_KINDS } from "../src/tasks/builtin-tasks.ts";
import { jobsOf } from "./support/jobs.ts";
import { testLog } from "./support/test-log.ts";
import { until } from "./support/until.ts";

let database: TestDatabase;
let worker: Worker;
let jobs: ReturnType<typeof jobsOf>;
const log = testLog();

beforeAll(async () => {
  database = await createTestDatabase();
  jobs = jobsOf(database);
  worker = await startWorker({ databaseUrl: database.url("holdfast_worker"), logger: log.logger });
});
afterAll(async () => {
  await worker?.stop({ graceSeconds: 1 });
  await database?.drop();
});

async function kinds() {
  const { rows } = await database
    .pool()
    .query(
      "select b ->> 'name' as name, b ->> 'queue' as queue, b -> 'payload_schema' as payload_schema from jsonb_array_elements(holdfast_private.builtin_kinds()) b order by 1",
    );
  return rows as { name: string; queue: string; payload_schema: unknown }[];
}

describe("a worker without tasks of its own", () => {
  it("has every built-in kind of the database, and no other", async () => {
    expect([...BUILTIN_KINDS].sort()).toEqual((await kinds()).map(({ name }) => name));
  });

  it("leaves the kinds in every workspace as the database defines them", async () => {
    const { rows } = await database
      .pool()
      .query("select name, queue, payload_schema from holdfast.kinds where name = any ($1) order by name", [
        BUILTIN_KINDS,
      ]);
    expect(rows).toEqual(await kinds());
  });

  it.each(BUILTIN_KINDS.filter((kind) => kind !== "send_alert"))("does the work of %s", async (kind) => {
    const id = await jobs.enqueue(kind);
    const job = await jobs.ended(id);
    expect(job, job.error_message ?? "").toMatchObject({ state: "completed" });
    expect(Object.keys(job.result as object).length).toBeGreaterThan(0);
  });

  it("reports on one venture, with the same as text", async () => {
    const id = await jobs.enqueue("venture_review", { venture: "noaerth" });
    const { result } = await jobs.ended(id);
    expect(result).toMatchObject({ venture: "noaerth", markdown: expect.stringContaining("## Outcomes") });
  });

  it("verifies the record on a connection of its own, which ends with the run", async () => {
    const atLength = async () =>
      (
        await database
          .pool("supabase_admin")
          .query(
            "select from pg_stat_activity where datname = current_database() and application_name = 'holdfast worker at length'",
          )
      ).rowCount;
    await using holder = await openSession(database);
    await holder.client.query("begin; set local role holdfast_ledger; lock table holdfast_ledger.seals");
    const id = await jobs.enqueue("ledger_verify");
    await until("it verifies, and waits for the seals", async () => (await atLength()) === 1);
    await jobs.act("kill", { job: id });
    expect(await jobs.ended(id)).toMatchObject({ state: "canceled" });
    await until("its connection is gone", async () => (await atLength()) === 0);
    await holder.client.query("rollback");
  });

  it("tells an alert in its log", async () => {
    await act(database.pool(), {
      verb: "open",
      subject: "incident",
      target: {},
      reason: "the pump leaks",
      params: { subject: "pump:1" },
    });
    const line = await until("the alert is in the log", () => log.lines.find(({ msg }) => msg === "holdfast alert"));
    expect(line).toMatchObject({
      level: 40,
      channel: "log",
      rule: "manual",
      subject: "pump:1",
      text: "the pump leaks",
    });
    await until("the alert is sent", async () => {
      const { rows } = await database.pool().query("select state from holdfast.alerts");
      return rows.length === 1 && rows[0].state === "sent";
    });
  });
});

it("a task that takes the name of a built-in kind is refused", async () => {
  const task = defineTask({ kind: "health_scan", payload: z.object({}), run() {} });
  const starting = startWorker({ databaseUrl: database.url("holdfast_worker"), logger: log.logger, tasks: [task] });
  await expect(starting).rejects.toThrow(WorkerOptionsError);
  await expect(starting).rejects.toThrow('the kind "health_scan" is built in');
});
