import {
  act,
  asMember,
  asStranger,
  createTestDatabase,
  enqueue,
  job,
  type TestDatabase,
  type TestWorker,
  worker,
  workspace,
} from "@holdfast/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

let db: TestDatabase;
let by: TestWorker;
beforeEach(async () => {
  db = await createTestDatabase();
  by = await worker(db);
});
afterEach(() => db.drop());

const read = async (query: string, who = asMember("viewer")) => (await who(db, (client) => client.query(query))).rows;
const define = (name: string, rest: string) =>
  db
    .pool()
    .query(
      `insert into holdfast.budgets (workspace_id, name, scope, scope_name, period, cap) select id, '${name}', ${rest} from holdfast.workspaces where slug = 'local'`,
    );

/** Fails with a message; the job is tried again where it may be. */
async function fail(id: number, message: string) {
  await by.finish({ token: await by.takeOne(id), outcome: "failed", error: { message, class: "test" } });
}

describe("recent_retries", () => {
  test("names a job once, with its newest attempt and what that came after", async () => {
    const id = await enqueue(db, { options: { max_attempts: 5 } });
    await fail(id, "first");
    expect(await read("select * from holdfast.recent_retries")).toEqual([]);
    for (const message of ["second", "third"]) {
      await act(db.pool(), { verb: "retry", subject: "job", target: { job: id }, reason: "again" });
      await fail(id, message);
    }
    expect(await read("select * from holdfast.recent_retries")).toMatchObject([
      { job_id: id, attempt: 3, outcome: "failed", before_outcome: "failed", before_error: "second" },
    ]);
    expect((await read("select retried_24h::int from holdfast.status_now"))[0]).toEqual({ retried_24h: 2 });
    expect(await read("select * from holdfast.recent_retries", asStranger)).toEqual([]);
  });

  test("forgets after a day", async () => {
    const id = await enqueue(db, { options: { max_attempts: 5 } });
    await fail(id, "first");
    await act(db.pool(), { verb: "retry", subject: "job", target: { job: id }, reason: "again" });
    await fail(id, "second");
    await db
      .pool()
      .query(
        "update holdfast.runs set started_at = started_at - interval '25 hours', finished_at = finished_at - interval '25 hours'",
      );
    expect(await read("select * from holdfast.recent_retries")).toEqual([]);
    expect((await read("select retried_24h::int from holdfast.status_now"))[0]).toEqual({ retried_24h: 0 });
  });
});

describe("recent_failures", () => {
  test("puts alike failures together, with the newest of them", async () => {
    const ids: number[] = [];
    for (let n = 0; n < 6; n++) {
      const id = await enqueue(db, { options: { max_attempts: 1 } });
      await fail(id, `row ${n} is broken`);
      ids.push(id);
    }
    const other = await job(db, { state: "timed_out", by });
    await workspace(db, "other");
    await job(db, { state: "failed", by, workspace: "other" });
    const rows = await read(
      "select jobs::int, job_ids, kind, error_message from holdfast.recent_failures order by jobs desc",
    );
    expect(rows).toMatchObject([
      { jobs: 6, job_ids: ids.slice(1).reverse().map(String), kind: "hello", error_message: "row 5 is broken" },
      { jobs: 1, job_ids: [String(other)] },
    ]);
  });
});

describe("budget_overview", () => {
  const budget = async (name: string) =>
    (
      await read(
        `select spent::float8, reserved::float8, share::float8, breached, pending_approval_id, asked_cap::float8, ends_at - starts_at as lasts from holdfast.budget_overview where name = '${name}'`,
      )
    )[0];

  test("says what the current period has spent and reserved, and what that is of the cap", async () => {
    await define("all", "'workspace', null, 'day', 10");
    expect(await budget("all")).toMatchObject({ spent: 0, reserved: 0, share: 0, breached: false });
    const id = await enqueue(db, { options: { paid: true, est_cost: 2 } });
    expect(await budget("all")).toMatchObject({ spent: 0, reserved: 2, share: 0.2 });
    await by.finish({ token: await by.takeOne(id), outcome: "completed", cost: 3 });
    expect(await budget("all")).toMatchObject({ spent: 3, reserved: 0, share: 0.3 });
    // What was spent in a period that is over says nothing of this one.
    await db
      .pool()
      .query(
        "update holdfast.budget_periods set starts_at = starts_at - interval '1 day', ends_at = ends_at - interval '1 day'",
      );
    expect(await budget("all")).toMatchObject({ spent: 0, share: 0 });
  });

  test("a period is a day of the workspace's zone, also where the clock is put back", async () => {
    await db.pool().query("update holdfast.workspaces set time_zone = 'Europe/Berlin'");
    await define("all", "'workspace', null, 'month', 10");
    const [{ starts, ends }] = await read(
      "select to_char(starts_at at time zone 'Europe/Berlin', 'DD HH24:MI') as starts, to_char(ends_at at time zone 'Europe/Berlin', 'DD HH24:MI') as ends from holdfast.budget_overview",
    );
    expect([starts, ends]).toEqual(["01 00:00", "01 00:00"]);
  });

  test("says when it did not cover what was asked for, and which raise waits for consent", async () => {
    await define("all", "'workspace', null, 'day', 1");
    await enqueue(db, { options: { paid: true, est_cost: 5 } });
    expect(await budget("all")).toMatchObject({ breached: true, pending_approval_id: null });
    await db.pool().query("update holdfast.workspaces set single_operator = false");
    await asMember("admin")(
      db,
      (client) =>
        client.query(`select holdfast.act('local', 'raise', 'budget', '{"budget": "all"}', 'more', '{"cap": 20}')`),
      { commit: true },
    );
    expect(await budget("all")).toMatchObject({ pending_approval_id: expect.anything(), asked_cap: 20 });
  });

  test("a cap of nothing is used up", async () => {
    await define("none", "'workspace', null, 'day', 0");
    expect(await budget("none")).toMatchObject({ share: 1 });
  });

  test("shows no budget of another workspace", async () => {
    await define("all", "'workspace', null, 'day', 10");
    expect(await read("select * from holdfast.budget_overview", asStranger)).toEqual([]);
  });
});
