import { createTestDatabase, startTestCluster } from "@holdfast/testing";
import { pino } from "pino";
import { z } from "zod";
import { defineTask, startWorker } from "../../src/index.ts";

const c = await startTestCluster();
const db = await createTestDatabase({ cluster: c.info });
const w = await startWorker({
  databaseUrl: db.url("holdfast_worker"),
  logger: pino({ level: "trace" }),
  tasks: [defineTask({ kind: "echo", payload: z.object({}), run: () => 1 })],
});
const r = await db.pool().query("select id, state, held_by from holdfast.enqueue('local','echo','{}','{}')");
console.log(r.rows);
await new Promise((r) => setTimeout(r, 3000));
console.log(
  (await db.pool().query("select id, state, held_by, error_message from holdfast.jobs")).rows,
  (await db.pool().query("select * from graphile_worker.jobs")).rows,
);
await w.stop();
await db.drop();
await c[Symbol.asyncDispose]();
