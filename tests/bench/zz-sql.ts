import { createTestDatabase, startTestCluster } from "@holdfast/testing";

await using c = await startTestCluster();
for (const B of [100, 500, 1000]) {
  await using db = await createTestDatabase({ cluster: c.info });
  const p = db.pool();
  await p.query(`select holdfast_private.register_kinds('[{"name": "noop", "payload_schema": null}]')`);
  for (let i = 0; i < 20; i++)
    await p.query(
      "insert into holdfast.jobs (workspace_id, kind) select w.id, 'noop' from holdfast.workspaces w, generate_series(1,1000) where slug = 'local'",
    );
  await p.query("vacuum analyze holdfast.jobs, graphile_worker._private_jobs");
  const w = (
    await p.query("select holdfast_private.register_worker($1) as id", [
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
  const ids = (await p.query("select id from holdfast.jobs order by id")).rows.map((r) => r.id);
  const cl = await p.connect();
  let take = 0,
    fin = 0;
  const tk: number[] = [],
    fn: number[] = [];
  for (let i = 0; i < ids.length; i += B) {
    let t = performance.now();
    const r = await cl.query({
      name: "t",
      text: "select * from holdfast_private.take_leases($1,$2)",
      values: [w, ids.slice(i, i + B)],
    });
    tk.push(performance.now() - t);
    take += performance.now() - t;
    t = performance.now();
    await cl.query({
      name: "f",
      text: "select token, accepted, state, reason from holdfast_private.finish_runs($1)",
      values: [JSON.stringify(r.rows.map((x) => ({ token: x.token, outcome: "completed" })))],
    });
    fn.push(performance.now() - t);
    fin += performance.now() - t;
  }
  cl.release();
  const med = (a: number[]) => a.sort((x, y) => x - y)[a.length >> 1]!;
  console.log(
    B,
    "take us/job",
    ((take * 1000) / ids.length).toFixed(1),
    "med",
    ((med(tk) * 1000) / B).toFixed(1),
    "finish us/job",
    ((fin * 1000) / ids.length).toFixed(1),
    "med",
    ((med(fn) * 1000) / B).toFixed(1),
    "=> jobs/s seq",
    ((ids.length / (take + fin)) * 1000).toFixed(0),
  );
}
