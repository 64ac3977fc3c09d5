import {
  asMember,
  asUser,
  createTestDatabase,
  enqueue,
  job,
  openSession,
  refusalOf,
  stateOf,
  workspace,
} from "@holdfast/testing";
import { afterAll, expect, test } from "vitest";

const db = await createTestDatabase();
afterAll(() => db.drop());
const LATER = { run_at: "2030-01-01T00:00:00Z" };
const waiting = () => enqueue(db, { options: LATER });
const depend = (child: number, parent: number) =>
  db.pool().query("insert into holdfast.job_dependencies (job_id, depends_on) values ($1, $2)", [child, parent]);

test("a job cannot wait for itself", async () => {
  const id = await waiting();
  const refusal = await refusalOf(depend(id, id));
  expect(refusal).toMatchObject({ code: "PT422", rule: "holdfast.dependency_on_itself" });
  await expect(stateOf(db, id)).resolves.toBe("queued");
});

test("a cycle of three is refused, and leaves the third job as it was", async () => {
  const [a, b, c] = [await waiting(), await waiting(), await waiting()];
  await depend(a, b);
  await depend(b, c);
  const refusal = await refusalOf(depend(c, a));
  expect(refusal).toMatchObject({
    code: "PT422",
    rule: "holdfast.dependency_cycle",
    message: expect.stringContaining(`${a}`),
  });
  await expect(stateOf(db, c)).resolves.toBe("queued");
});

test("a cycle within one statement is refused", async () => {
  const [a, b] = [await waiting(), await waiting()];
  const both = "insert into holdfast.job_dependencies (job_id, depends_on) values ($1, $2), ($2, $1)";
  await expect(refusalOf(db.pool().query(both, [a, b]))).resolves.toMatchObject({ rule: "holdfast.dependency_cycle" });
});

test("two sessions that each add one half of a cycle cannot both succeed", async () => {
  const [a, b] = [await waiting(), await waiting()];
  await using one = await openSession(db);
  await using two = await openSession(db);
  const sql = "insert into holdfast.job_dependencies (job_id, depends_on) values ($1, $2)";
  await one.client.query("begin");
  await one.client.query(sql, [a, b]);
  const second = refusalOf(two.client.query(sql, [b, a]));
  await two.untilBlocked();
  await one.client.query("commit");
  await expect(second).resolves.toMatchObject({ rule: "holdfast.dependency_cycle" });
});

test("two sessions that each add one half of a long cycle cannot both succeed", async () => {
  const [a, b, c, d] = [await waiting(), await waiting(), await waiting(), await waiting()];
  await depend(b, c);
  await depend(d, a);
  await using one = await openSession(db);
  await using two = await openSession(db);
  const sql = "insert into holdfast.job_dependencies (job_id, depends_on) values ($1, $2)";
  await one.client.query("begin");
  await one.client.query(sql, [a, b]);
  const second = refusalOf(two.client.query(sql, [c, d]));
  await two.untilBlocked();
  await one.client.query("commit");
  await expect(second).resolves.toMatchObject({ rule: "holdfast.dependency_cycle" });
});

test("another workspace's job is as unknown as one that does not exist", async () => {
  const other = await workspace(db, "depend-other");
  const foreign = await job(db, { workspace: other.slug, state: "queued" });
  const mine = await waiting();
  const refuse = (parent: number) =>
    asMember("operator")(db, (client) =>
      refusalOf(
        client.query("insert into holdfast.job_dependencies (job_id, depends_on) values ($1, $2)", [mine, parent]),
      ),
    );
  const foreignOne = await refuse(foreign);
  const absent = await refuse(987_654);
  expect(foreignOne.rule).toBe("holdfast.unknown_job");
  expect({ ...foreignOne, message: foreignOne.message.replace(String(foreign), "N") }).toEqual({
    ...absent,
    message: absent.message.replace("987654", "N"),
  });
});

test("a stranger cannot tell from the refusal whether a job exists", async () => {
  const mine = await waiting();
  const other = await workspace(db, "depend-stranger");
  const refuse = (child: number) =>
    asUser(other.people.admin)(db, (client) =>
      refusalOf(client.query("insert into holdfast.job_dependencies (job_id, depends_on) values ($1, $1)", [child])),
    );
  const existing = await refuse(mine);
  const absent = await refuse(987_654);
  expect({ ...existing, message: existing.message.replace(String(mine), "N") }).toEqual({
    ...absent,
    message: absent.message.replace("987654", "N"),
  });
});

test("naming another workspace's job as parent locks nothing there", async () => {
  const other = await workspace(db, "depend-lock");
  const foreign = await job(db, { workspace: other.slug, state: "queued" });
  const mine = await waiting();
  await using holder = await openSession(db);
  await holder.client.query("begin");
  await holder.client.query("select from holdfast.jobs where id = $1 for update", [foreign]);
  const refusal = await asMember("operator")(db, async (client) => {
    await client.query("set local lock_timeout = '2s'");
    return refusalOf(
      client.query("insert into holdfast.job_dependencies (job_id, depends_on) values ($1, $2)", [mine, foreign]),
    );
  });
  await holder.client.query("rollback");
  expect(refusal.rule).toBe("holdfast.unknown_job");
});

test("a viewer may not make a job wait", async () => {
  const [a, b] = [await waiting(), await waiting()];
  const refusal = await asMember("viewer")(db, (client) =>
    refusalOf(client.query("insert into holdfast.job_dependencies (job_id, depends_on) values ($1, $2)", [a, b])),
  );
  expect(refusal.code).toMatch(/^PT40[34]$/);
});

test.each(["dispatched", "running", "completed", "retrying", "quarantined"] as const)(
  "a %s job no longer waits for anything",
  async (state) => {
    const id = await job(db, { state });
    const parent = await waiting();
    await expect(refusalOf(depend(id, parent))).resolves.toMatchObject({ code: "PT409", rule: "holdfast.not_now" });
    await expect(stateOf(db, id)).resolves.toBe(state);
  },
);

test("a dependency that an application's own trigger adds is checked like any other", async () => {
  const [a, b] = [await waiting(), await waiting()];
  await depend(a, b);
  await db.pool().query(`
    create table public.orders (child bigint, parent bigint);
    create function public.on_order() returns trigger language plpgsql as $$
    begin insert into holdfast.job_dependencies (job_id, depends_on) values (new.child, new.parent); return new; end $$;
    create trigger orders_depend after insert on public.orders for each row execute function public.on_order();`);
  const refusal = await refusalOf(db.pool().query("insert into public.orders values ($1, $2)", [b, a]));
  expect(refusal.rule).toBe("holdfast.dependency_cycle");
});
