import {
  act,
  asMember,
  asStranger,
  createTestDatabase,
  enqueue,
  job,
  registerKinds,
  type TestDatabase,
  type TestWorker,
  worker,
} from "@holdfast/testing";
import { afterEach, beforeEach, expect, test } from "vitest";

let db: TestDatabase;
let by: TestWorker;
beforeEach(async () => {
  db = await createTestDatabase();
  by = await worker(db);
  await registerKinds(db, "hello", "crawl");
});
afterEach(() => db.drop());

const read = async (view: string, who = asMember("viewer")) =>
  (await who(db, (client) => client.query(`select * from holdfast.${view} order by 1, 2, 3`))).rows;

async function fail(message: string, kind = "hello") {
  const id = await enqueue(db, { kind, options: { max_attempts: 1 } });
  await by.finish({ token: await by.takeOne(id), outcome: "failed", error: { message, class: "exit_code" } });
  return id;
}

test("quarantine names the job, who isolated it and who reviewed it", async () => {
  const id = await job(db, { state: "queued", options: { name: "suspicious" } });
  const doing = (who: "operator" | "approver", verb: string, reason: string) =>
    asMember(who)(db, (client) => act(client, { verb, subject: "job", target: { job: id }, reason }), { commit: true });
  await doing("operator", "quarantine", "it smells");
  expect(await read("quarantine_overview")).toMatchObject([
    {
      job_id: id,
      job_kind: "hello",
      job_name: "suspicious",
      job_state: "quarantined",
      source_name: "operator@holdfast.test",
      severity: "medium",
      severity_place: 3,
      reviewer_name: null,
      label: "QUARANTINED",
    },
  ]);
  await doing("approver", "discard", "it does");
  expect(await read("quarantine_overview")).toMatchObject([
    {
      job_state: "canceled",
      state: "discarded",
      reviewer_name: "approver@holdfast.test",
      note: "it does",
      label: null,
    },
  ]);
  expect(await read("quarantine_overview", asStranger)).toEqual([]);
});

test("what failed alike is one group, whose filter redrives exactly it", async () => {
  const alike = [
    await fail("no route to host 1"),
    await fail("no route to host 2"),
    await fail("no route to host 3", "crawl"),
  ];
  const other = await fail("disk is full");
  const gone = await fail("gone");
  await act(db.pool(), {
    verb: "dismiss",
    subject: "dead_letter",
    target: {},
    reason: "x",
    params: { filter: { job: gone } },
  });
  const groups = (await read("dead_letter_groups")).sort((one, two) => two.jobs - one.jobs);
  expect(groups).toMatchObject([
    {
      jobs: 3,
      kinds: 2,
      kind: "crawl",
      error_class: "exit_code",
      last_error: "no route to host 3",
      first_job: alike[0],
      last_job: alike[2],
    },
    { jobs: 1, kinds: 1, kind: "hello", last_error: "disk is full", first_job: other, last_job: other },
  ]);
  expect(groups[0].hint).toBe("Read the end of its output.");
  expect(groups[0].last_died_at.getTime()).toBeGreaterThanOrEqual(groups[0].first_died_at.getTime());
  const { affected, result } = await act(db.pool(), {
    verb: "redrive",
    subject: "dead_letter",
    target: {},
    reason: "the route is back",
    params: { filter: groups[0].filter },
  });
  expect([affected, result.jobs]).toEqual([3, alike]);
  expect((await read("dead_letter_groups")).map((group) => group.last_error)).toEqual(["disk is full"]);
  expect(await read("dead_letter_groups", asStranger)).toEqual([]);
});

test("what has no fingerprint is a group of its own, whose filter names its job", async () => {
  const two = [await fail("one"), await fail("two")];
  await db.pool().query("update holdfast.dead_letters set fingerprint = null");
  const groups = await read("dead_letter_groups");
  expect(groups.map(({ jobs, filter }) => [jobs, filter.job]).sort()).toEqual(two.map((id) => [1, id]));
});
