import { readFileSync } from "node:fs";
import { createTestStack, startTestCluster } from "@holdfast/testing";
import pg from "pg";

pg.types.setTypeParser(20, Number);
await using c = await startTestCluster();
await using s = await createTestStack({
  cluster: c.info,
  postgresSettings: { shared_preload_libraries: "auto_explain" },
});
const p = new pg.Client({ connectionString: s.databaseUrl("supabase_admin") });
await p.connect();
const B = Number(process.argv[2] ?? 500);
const N = 20000;
if (process.argv[3]) {
  await p.query("set role postgres");
  await p.query(readFileSync(process.argv[3], "utf8"));
  await p.query("reset role");
}
const cl = p;
await cl.query(`select holdfast_private.register_kinds('[{"name": "noop", "payload_schema": null}]')`);
for (let i = 0; i < N / 1000; i++)
  await cl.query(
    "insert into holdfast.jobs (workspace_id, kind) select w.id, 'noop' from holdfast.workspaces w, generate_series(1,1000) where slug = 'local'",
  );
await cl.query("vacuum analyze holdfast.jobs, graphile_worker._private_jobs");
const w = (
  await cl.query("select holdfast_private.register_worker($1) as id", [
    {
      name: "n",
      host: "h",
      boot_id: "b",
      pid: 1,
      pid_started: "1",
      pool_id: "pp",
      lanes: ["default"],
      capacity: 10,
      version: "t",
    },
  ])
).rows[0].id;
const ids = (await cl.query("select id from holdfast.jobs order by id")).rows.map((r) => r.id);
const notes: string[] = [];
for (let i = 0; i < ids.length; i += B) {
  const on = i / B === 20;
  if (on) {
    await cl.query(
      "set auto_explain.log_min_duration = '1ms'; set auto_explain.log_nested_statements = on; set auto_explain.log_analyze = on; set auto_explain.log_buffers=on; set auto_explain.log_triggers=on; set auto_explain.log_level = notice; set client_min_messages = notice",
    );
    cl.on("notice", (n) => notes.push(n.message ?? ""));
  }
  const r = await cl.query({
    name: "t",
    text: "select * from holdfast_private.take_leases($1,$2)",
    values: [w, ids.slice(i, i + B)],
  });
  await cl.query({
    name: "f",
    text: "select token, accepted, state, reason from holdfast_private.finish_runs($1)",
    values: [JSON.stringify(r.rows.map((x) => ({ token: x.token, outcome: "completed" })))],
  });
  if (on) break;
}
for (const n of notes) console.log(n, "\n------");
await p.end();
