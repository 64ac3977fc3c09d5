import {
  act,
  asMember,
  asStranger,
  asUser,
  createTestDatabase,
  enqueue,
  job,
  type RolePlay,
  refusalOf,
  type TestDatabase,
  type TestWorkspace,
  worker,
  workspace,
} from "@holdfast/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

let db: TestDatabase;
let team: TestWorkspace;
beforeEach(async () => {
  db = await createTestDatabase();
  team = await workspace(db, "team");
});
afterEach(() => db.drop());

const operator = () => asUser(team.people.operator);
const approver = () => asUser(team.people.approver);
const engage = (who: RolePlay, params: unknown) =>
  who(
    db,
    async (client) =>
      (await act(client, { workspace: "team", verb: "engage", subject: "stop", target: {}, reason: "a test", params }))
        .result,
    { commit: true },
  );
const stopAs = async (who: RolePlay, id: unknown) =>
  (await who(db, (client) => client.query("select * from holdfast.stop_overview where stop_id = $1", [id]))).rows[0];
const beat = (id: number) =>
  db.pool("holdfast_worker").query("select * from holdfast_private.worker_beat($1, '[]')", [id]);

/** The rule by which the database refuses to release a stop; undefined when it does not. Nothing is kept. */
async function released(who: RolePlay, stop: unknown): Promise<string | undefined> {
  const tried = who(db, (client) =>
    act(client, { workspace: "team", verb: "release", subject: "stop", target: { stop }, reason: "a test" }),
  );
  return tried.then(
    () => undefined,
    async () => (await refusalOf(tried)).rule,
  );
}

/** Makes somebody a member of every other workspace, too. */
const everywhere = (person: string, role: string) =>
  db
    .pool()
    .query(
      "insert into holdfast.members (workspace_id, user_id, role) select id, $1, $2 from holdfast.workspaces where slug <> 'team'",
      [person, role],
    );

describe("stop_overview", () => {
  test("says who engaged it, what it holds, and whether every worker knows and is quiet", async () => {
    const [busy, idle] = [await worker(db), await worker(db)];
    const token = await busy.takeOne(await enqueue(db, { workspace: "team" }));
    const held = await enqueue(db, { workspace: "team" });
    await enqueue(db, { workspace: "local" });
    const { stop } = await engage(operator(), { kill_running: true });
    expect(await stopAs(approver(), stop)).toMatchObject({
      engaged_by_name: "operator@team.test",
      held: 1,
      workers: 2,
      acknowledged: 0,
      silent: 2,
      ordered: 1,
      still_running: 1,
      label: "NOT VERIFIED",
    });
    await beat(busy.id);
    // A worker that has ended has nothing left to be heard of.
    await db.pool("holdfast_worker").query("select holdfast_private.retire_worker($1)", [idle.id]);
    expect(await stopAs(approver(), stop)).toMatchObject({ acknowledged: 1, silent: 0, label: "STOPPING" });
    await busy.finish({ token, outcome: "stopped" });
    expect(await stopAs(approver(), stop)).toMatchObject({ still_running: 0, label: "STOPPED", may_release: true });
    await approver()(
      db,
      (client) =>
        act(client, { workspace: "team", verb: "release", subject: "stop", target: { stop }, reason: "over" }),
      { commit: true },
    );
    expect(await stopAs(approver(), stop)).toMatchObject({
      released_by_name: "approver@team.test",
      held: 0,
      label: "RELEASED",
      may_release: false,
      why_not: "it was released",
    });
    await expect(db.pool().query("select state from holdfast.jobs where id = $1", [held])).resolves.toMatchObject({
      rows: [{ state: "dispatched" }],
    });
    expect(await stopAs(asStranger, stop)).toBeUndefined();
    expect(await stopAs(asMember("admin"), stop)).toBeUndefined();
  });

  test("of its own workspace, offers release to exactly those who then can", async () => {
    const { stop } = await engage(approver(), { scope: "queue", name: "alert" });
    const CASES: [RolePlay, string | null, string | undefined][] = [
      [asUser(team.people.viewer), "it takes the role approver: yours is viewer", "not_permitted"],
      [operator(), "it takes the role approver: yours is operator", "not_permitted"],
      [approver(), "you engaged it yourself", "own_request"],
      [asUser(team.people.admin), null, undefined],
    ];
    for (const [who, why, rule] of CASES) {
      expect(await stopAs(who, stop)).toMatchObject({ may_release: why === null, why_not: why });
      expect(await released(who, stop)).toBe(rule && `holdfast.${rule}`);
    }
    await db.pool().query("update holdfast.workspaces set single_operator = true where slug = 'team'");
    expect(await stopAs(approver(), stop)).toMatchObject({ may_release: true });
    expect(await released(approver(), stop)).toBeUndefined();
  });

  test("of the whole installation, offers release only to whom every workspace allows it", async () => {
    await everywhere(team.people.operator, "operator");
    const { stop } = await engage(operator(), { scope: "global" });
    const why = "it stops the whole installation: releasing it takes the role in every workspace";
    expect(await stopAs(approver(), stop)).toMatchObject({ may_release: false, why_not: why });
    expect(await released(approver(), stop)).toBe("holdfast.not_permitted");
    await everywhere(team.people.approver, "approver");
    expect(await stopAs(approver(), stop)).toMatchObject({ may_release: true, why_not: null });
    expect(await released(approver(), stop)).toBeUndefined();
  });
});

describe("subject_actions, where every workspace is concerned", () => {
  const offered = async (who: RolePlay, subject: string, target: string) =>
    (
      await who(db, (client) =>
        client.query(
          "select a.verb from holdfast.subject_actions a where a.workspace_id = $1 and a.subject = $2 and a.target = $3 order by 1",
          [team.id, subject, target],
        ),
      )
    ).rows.map((row) => row.verb);

  test("draining and killing a worker is offered to an admin of all of them, and to no other", async () => {
    const { id } = await worker(db);
    const admin = asUser(team.people.admin);
    const kill = () =>
      admin(db, (client) =>
        act(client, { workspace: "team", verb: "kill", subject: "worker", target: { worker: id }, reason: "a test" }),
      );
    expect(await offered(admin, "worker", String(id))).toEqual([]);
    await expect(refusalOf(kill())).resolves.toMatchObject({ rule: "holdfast.not_permitted" });
    await everywhere(team.people.admin, "admin");
    expect(await offered(admin, "worker", String(id))).toEqual(["drain", "kill"]);
    await expect(kill()).resolves.toMatchObject({ affected: 1 });
    await db.pool().query("insert into holdfast.workspaces (slug, name) values ('new', 'new')");
    expect(await offered(admin, "worker", String(id))).toEqual([]);
    await expect(refusalOf(kill())).resolves.toMatchObject({ rule: "holdfast.not_permitted" });
    await db.pool().query("delete from holdfast.workspaces where slug = 'new'");
    expect(await offered(admin, "worker", String(id))).toEqual(["drain", "kill"]);
  });

  test("a stop of the installation is offered to operators of all of them", async () => {
    const global = () =>
      operator()(db, (client) =>
        act(client, {
          workspace: "team",
          verb: "engage",
          subject: "stop",
          target: {},
          reason: "a test",
          params: { scope: "global" },
        }),
      );
    expect(await offered(operator(), "stop", "")).toEqual(["engage"]);
    expect(await offered(operator(), "stop", "global")).toEqual([]);
    await expect(refusalOf(global())).resolves.toMatchObject({ rule: "holdfast.not_permitted" });
    await everywhere(team.people.operator, "operator");
    expect(await offered(operator(), "stop", "global")).toEqual(["engage"]);
    await expect(global()).resolves.toMatchObject({ affected: 0 });
  });

  test("a schedule that needs consent says so, but not to a single operator, whose wish is their consent", async () => {
    const asks = async () =>
      (
        await operator()(db, (client) =>
          client.query(
            "select target, needs_approval from holdfast.subject_actions where workspace_id = $1 and verb = 'enable' and target in ('retry_scan', 'health_scan') order by 1",
            [team.id],
          ),
        )
      ).rows.map((row) => row.needs_approval);
    expect(await asks()).toEqual([false, true]);
    await db.pool().query("update holdfast.members set role = 'admin' where user_id = $1", [team.people.operator]);
    await db.pool().query("update holdfast.workspaces set single_operator = true where slug = 'team'");
    expect(await asks()).toEqual([false, false]);
  });

  test("an incident about neither queue nor lane offers no containing, and the database refuses it", async () => {
    const { result } = await act(db.pool(), {
      workspace: "team",
      verb: "open",
      subject: "incident",
      target: {},
      reason: "it leaks",
      params: { subject: "pump:1" },
    });
    expect(await offered(operator(), "incident", String(result.incident))).toEqual(["close", "tick"]);
    const contain = operator()(db, (client) =>
      act(client, {
        workspace: "team",
        verb: "contain",
        subject: "incident",
        target: { incident: result.incident },
        reason: "a test",
      }),
    );
    await expect(refusalOf(contain)).resolves.toMatchObject({ rule: "holdfast.bad_subject" });
  });
});

describe("stop_preview", () => {
  const preview = async (who: RolePlay, ...args: unknown[]) =>
    Object.fromEntries(
      (
        await who(db, (client) =>
          client.query(
            `select state, jobs from holdfast.stop_preview($1${args.map((_, i) => `, $${i + 2}`).join("")})`,
            [team.id, ...args],
          ),
        )
      ).rows.map(({ state, jobs }) => [state, jobs]),
    );

  test("counts by state what engaging then takes back, ends and holds, for every scope", async () => {
    await db.pool().query("insert into holdfast.ventures (workspace_id, name) values ($1, 'line')", [team.id]);
    await db
      .pool()
      .query(
        "insert into holdfast.budgets (workspace_id, name, scope, period, cap) values ($1, 'all', 'workspace', 'day', 10)",
        [team.id],
      );
    const by = await worker(db);
    const at = { workspace: "team" };
    await job(db, { ...at, state: "running", by });
    await job(db, { ...at, state: "running", by, options: { queue: "report" } });
    await enqueue(db, at);
    await enqueue(db, { ...at, options: { lane: "build", venture: "line" } });
    await enqueue(db, { ...at, options: { queue: "report", external: true } });
    await enqueue(db, { ...at, options: { paid: true, est_cost: 1 } });
    await enqueue(db, { ...at, kind: "health_scan" });
    await job(db, { ...at, state: "queued" });
    await enqueue(db);
    const SCOPES: [scope: string, name: string | null, what: string[]][] = [
      ["workspace", null, ["workers"]],
      ["workspace", null, ["paid"]],
      ["workspace", null, ["external", "paid"]],
      ["queue", "report", ["workers"]],
      ["lane", "build", ["workers"]],
      ["venture", "line", ["workers"]],
      ["kind", "health_scan", ["workers"]],
      ["kind", "command", ["workers"]],
    ];
    const seen: unknown[] = [];
    for (const [scope, name, what] of SCOPES) {
      const said = await preview(operator(), scope, name, what);
      const { result } = await operator()(db, (client) =>
        act(client, {
          workspace: "team",
          verb: "engage",
          subject: "stop",
          target: {},
          reason: "a test",
          params: { scope, what, kill_running: true, ...(name === null ? {} : { name }) },
        }),
      );
      expect([said.dispatched, said.running], `${scope} ${name} ${what}`).toEqual([
        result.taken_back,
        result.ordered_to_end,
      ]);
      seen.push([said.dispatched, said.running, said.queued]);
    }
    expect(seen).toEqual([
      [5, 2, 1],
      [1, 0, 0],
      [2, 0, 0],
      [1, 1, 0],
      [1, 0, 0],
      [1, 0, 0],
      [1, 0, 0],
      [0, 0, 0],
    ]);
    // What a person cannot see is not counted, not even for a stop of the installation.
    expect((await preview(operator(), "global")).dispatched).toBe(5);
    expect((await preview(asStranger, "workspace")).dispatched).toBe(0);
  });

  test.each([
    [["planet"], "bad_scope"],
    [["lane"], "bad_scope"],
    [["workspace", "x"], "bad_scope"],
    [["workspace", null, []], "bad_stop"],
    [["workspace", null, ["coffee"]], "bad_stop"],
  ])("refuses %j by name", async (args, rule) => {
    await expect(refusalOf(preview(operator(), ...args))).resolves.toMatchObject({
      code: "PT422",
      rule: `holdfast.${rule}`,
    });
  });
});
