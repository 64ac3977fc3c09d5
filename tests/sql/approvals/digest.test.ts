import { act, asUser, createTestDatabase, enqueue, stateOf, worker, workspace } from "@holdfast/testing";
import { afterAll, describe, expect, test } from "vitest";

// Consent is to exactly what was shown. Each row changes one thing after the consent and before the start.

interface Change {
  kind: "hello" | "report" | "command";
  sql: string;
}

const CHANGES: Record<string, Change> = {
  "the payload": { kind: "hello", sql: `update holdfast.jobs set payload = '{"to": "everybody"}' where id = $1` },
  "the kind": { kind: "hello", sql: "update holdfast.jobs set kind = 'health_scan' where id = $1" },
  "the class": { kind: "hello", sql: "update holdfast.jobs set class = 'other_approval' where id = $1" },
  "the estimate": { kind: "hello", sql: "update holdfast.jobs set est_cost = 99 where id = $1" },
  "whether it is external": { kind: "hello", sql: "update holdfast.jobs set external = true where id = $1" },
  "the profile's version": { kind: "report", sql: "update holdfast.jobs set profile_version = 2 where id = $1" },
  "the profile's program": {
    kind: "report",
    sql: "update holdfast.profiles set program = '/bin/evil' where version = 1 and name = (select j.kind from holdfast.jobs j where j.id = $1)",
  },
  "the profile's arguments": {
    kind: "report",
    sql: "update holdfast.profiles set args = '{--all,--force}' where version = 1 and name = (select j.kind from holdfast.jobs j where j.id = $1)",
  },
  "the profile's environment": {
    kind: "report",
    sql: "update holdfast.profiles set env = '{HOME,TOKEN}' where version = 1 and name = (select j.kind from holdfast.jobs j where j.id = $1)",
  },
  "the profile's directory": {
    kind: "report",
    sql: "update holdfast.profiles set cwd = '/' where version = 1 and name = (select j.kind from holdfast.jobs j where j.id = $1)",
  },
  "the command's arguments": {
    kind: "command",
    sql: `update holdfast.jobs set payload = '{"argv": ["rm", "-rf"], "env": ["HOME"]}' where id = $1`,
  },
  "the command's environment": {
    kind: "command",
    sql: `update holdfast.jobs set payload = jsonb_set(payload, '{env}', '["HOME", "TOKEN"]') where id = $1`,
  },
};

const db = await createTestDatabase();
afterAll(() => db.drop());
const team = await workspace(db, "team");
await db.pool().query("insert into holdfast.command_rules (workspace_id, program) values ($1, '*')", [team.id]);
await db
  .pool()
  .query(
    "insert into holdfast.job_classes (workspace_id, name, max_retries, backoff, needs_approval) values ($1, 'other_approval', 0, 'none', true)",
    [team.id],
  );
let profiles = 0;

/** A job that waits for consent; where it runs a profile, the first of two versions. */
async function asked(kind: Change["kind"]): Promise<number> {
  const profile = `report-${++profiles}`;
  if (kind === "report") {
    await db
      .pool()
      .query(
        "insert into holdfast.profiles (workspace_id, name, program, args, env) values ($1, $2, '/bin/one', '{--all}', '{HOME}')",
        [team.id, profile],
      );
  }
  const id = await enqueue(db, {
    workspace: "team",
    ...(kind === "hello" ? {} : { kind: kind === "report" ? profile : kind }),
    payload: kind === "command" ? { argv: ["ls"], env: ["HOME"] } : { to: "me" },
    options: { class: "approval_required" },
  });
  if (kind === "report") {
    await db
      .pool()
      .query("insert into holdfast.profiles (workspace_id, name, program) values ($1, $2, '/bin/two')", [
        team.id,
        profile,
      ]);
  }
  return id;
}

const approve = (id: number) =>
  asUser(team.people.approver)(
    db,
    (client) => act(client, { workspace: "team", verb: "approve", subject: "job", target: { job: id } }),
    { commit: true },
  );

const requests = async (id: number) =>
  (await db.pool().query("select state, closed_reason from holdfast.approvals where job_id = $1 order by id", [id]))
    .rows;

describe.each(Object.entries(CHANGES))("%s changed after the consent", (_what, { kind, sql }) => {
  test("voids it: the job does not run, and asks anew", async () => {
    const id = await asked(kind);
    await approve(id);
    await expect(stateOf(db, id)).resolves.toBe("dispatched");
    await db.pool().query(sql, [id]);
    const by = await worker(db);
    await expect(by.take(id)).resolves.toEqual(new Map());
    const { rows } = await db.pool().query("select state, attempt, held_by from holdfast.jobs where id = $1", [id]);
    expect(rows).toEqual([{ state: "awaiting_approval", attempt: 0, held_by: [] }]);
    expect((await requests(id)).slice(-2)).toEqual([
      { state: "superseded", closed_reason: "What would run is no longer what was shown." },
      { state: "pending", closed_reason: null },
    ]);
    const left = await db.pool().query("select from graphile_worker._private_jobs where key = $1", [`job:${id}`]);
    expect(left.rowCount).toBe(0);
    await approve(id);
    await by.takeOne(id);
  });
});

test("a consent that nothing changed lets the job run, and names the run that spent it", async () => {
  const id = await asked("report");
  await approve(id);
  // What changes by itself is no part of it.
  await db
    .pool()
    .query("update holdfast.jobs set effective_priority = -60, labels = '{\"a\": 1}', name = 'renamed' where id = $1", [
      id,
    ]);
  const by = await worker(db);
  const { rows } = await db
    .pool("holdfast_worker")
    .query("select token, consent from holdfast_private.take_leases($1, $2)", [by.id, [id]]);
  const spent = await db
    .pool()
    .query(
      "select id, state, run_id, digest, shown from holdfast.approvals where job_id = $1 order by id desc limit 1",
      [id],
    );
  expect(spent.rows[0]).toMatchObject({ state: "spent", run_id: rows[0].token });
  const { approval, digest, shown } = rows[0].consent;
  expect({ approval, digest }).toEqual({ approval: spent.rows[0].id, digest: spent.rows[0].digest });
  // The text is what was hashed, byte for byte: whoever executes can check it without knowing how Postgres writes JSON.
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(shown));
  expect(Buffer.from(hash).toString("hex")).toBe(digest);
  expect(JSON.parse(shown)).toMatchObject({
    job: id,
    class: "approval_required",
    command: { program: "/bin/one", version: 1, env: ["HOME"], args: ["--all"] },
  });
});

test("a decision about something that has changed since it was shown is refused", async () => {
  const id = await asked("hello");
  await db.pool().query("update holdfast.jobs set payload = '{}' where id = $1", [id]);
  await expect(approve(id)).rejects.toMatchObject({
    code: "PT409",
    detail: "holdfast.subject_changed",
  });
  await expect(stateOf(db, id)).resolves.toBe("awaiting_approval");
});

test("a pending request whose subject changed is replaced by one that shows what it is now", async () => {
  const id = await asked("hello");
  await db.pool().query('update holdfast.jobs set payload = \'{"to": "everybody"}\' where id = $1', [id]);
  const { rows } = await db.pool().query("select holdfast_private.expire_approvals() as done");
  expect(rows[0].done).toMatchObject({ expired: 0, replaced: expect.any(Number) });
  const all = await db
    .pool()
    .query(
      "select state, closed_reason, shown -> 'payload' as payload, requested_by, quorum, expires_at, reason from holdfast.approvals where job_id = $1 order by id",
      [id],
    );
  expect(all.rows).toMatchObject([
    { state: "superseded", closed_reason: "Its subject changed.", payload: { to: "me" } },
    { state: "pending", payload: { to: "everybody" }, reason: "Changed since it was asked for: read it again." },
  ]);
  const same = ({ requested_by, quorum, expires_at }: Record<string, unknown>) => ({
    requested_by,
    quorum,
    expires_at,
  });
  expect(same(all.rows[1])).toEqual(same(all.rows[0]));
  await approve(id);
  await expect(stateOf(db, id)).resolves.toBe("dispatched");
});
