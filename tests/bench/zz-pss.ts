import { readFileSync } from "node:fs";
import { createTestStack, startTestCluster } from "@holdfast/testing";
import pg from "pg";

pg.types.setTypeParser(20, Number);
await using c = await startTestCluster();
await using s = await createTestStack({
  cluster: c.info,
  postgresSettings: {
    shared_preload_libraries: "pg_stat_statements",
    "pg_stat_statements.track": "all",
    "pg_stat_statements.track_planning": "on",
    track_functions: "all",
    ...(process.env.PGSET ? JSON.parse(process.env.PGSET) : {}),
  },
});
const p = new pg.Pool({ connectionString: s.databaseUrl("supabase_admin") });
p.on("error", () => {});
await p.query("create extension if not exists pg_stat_statements");
const B = Number(process.argv[2] ?? 500);
const N = 20000;
for (const f of process.argv.slice(3)) {
  const k = await p.connect();
  await k.query("set role postgres");
  await k.query(readFileSync(f, "utf8"));
  await k.query("reset role");
  k.release();
}
const q = new pg.Pool({ connectionString: s.databaseUrl("postgres") });
q.on("error", () => {});
await q.query(`select holdfast_private.register_kinds('[{"name": "noop", "payload_schema": null}]')`);
await p.query("select pg_stat_statements_reset()");
const cpu = (pid: number) => {
  const f = readFileSync(`/proc/${pid}/stat`, "latin1").split(") ")[1]!.split(" ");
  return (Number(f[11]) + Number(f[12])) * 10;
};
const cl = await q.connect();
const pid = (await cl.query("select pg_backend_pid() as pid")).rows[0].pid;
const c0 = cpu(pid);
for (let i = 0; i < N / 1000; i++)
  await cl.query(
    "insert into holdfast.jobs (workspace_id, kind) select w.id, 'noop' from holdfast.workspaces w, generate_series(1,1000) where slug = 'local'",
  );
console.log("enqueue cpu us/job", ((cpu(pid) - c0) * 1000) / N);
await q.query("vacuum analyze holdfast.jobs, graphile_worker._private_jobs");
if (!process.env.KEEP) await p.query("select pg_stat_statements_reset()");
const w = (
  await q.query("select holdfast_private.register_worker($1) as id", [
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
const ids = (await q.query("select id from holdfast.jobs order by id")).rows.map((r) => r.id);
let take = 0,
  fin = 0,
  tc = 0,
  fc = 0;
for (let i = 0; i < ids.length; i += B) {
  let t = performance.now(),
    k = cpu(pid);
  const r = await cl.query({
    name: "t",
    text: "select * from holdfast_private.take_leases($1,$2)",
    values: [w, ids.slice(i, i + B)],
  });
  take += performance.now() - t;
  tc += cpu(pid) - k;
  t = performance.now();
  k = cpu(pid);
  await cl.query({
    name: "f",
    text: "select token, accepted, state, reason from holdfast_private.finish_runs($1)",
    values: [JSON.stringify(r.rows.map((x) => ({ token: x.token, outcome: "completed" })))],
  });
  fin += performance.now() - t;
  fc += cpu(pid) - k;
}
console.log(
  B,
  "take us/job",
  ((take * 1000) / N).toFixed(1),
  "cpu",
  (tc * 1000) / N,
  "finish us/job",
  ((fin * 1000) / N).toFixed(1),
  "cpu",
  (fc * 1000) / N,
);
const rows = (
  await p.query(
    `select calls, round((total_exec_time*1000/${N})::numeric,1) as us, round((total_plan_time*1000/${N})::numeric,1) as plan, rows, regexp_replace(left(query, 150), '\\s+', ' ', 'g') as q, toplevel from pg_stat_statements where total_exec_time*1000/${N} > 0.7 order by total_exec_time desc limit 40`,
  )
).rows;
for (const r of rows)
  console.log(
    String(r.us).padStart(7),
    String(r.plan).padStart(5),
    String(r.calls).padStart(6),
    r.toplevel ? "T" : " ",
    r.q,
  );
for (const r of (
  await p.query(
    `select funcname, calls, round((self_time*1000/${N})::numeric,1) as us from pg_stat_user_functions where self_time*1000/${N} > 0.5 order by self_time desc`,
  )
).rows)
  console.log("fn", r.us, r.calls, r.funcname);
cl.release();
await p.end();
await q.end();
