import { act, asMember, asStranger, createTestDatabase, enqueue, type RolePlay } from "@holdfast/testing";
import { afterAll, expect, test } from "vitest";

const db = await createTestDatabase();
afterAll(() => db.drop());
const seen = async (who: RolePlay) => (await who(db, (client) => client.query("select * from holdfast.shell"))).rows;

test("says in one row who looks, what is stopped, what waits for whom, and what labels mean", async () => {
  const [before] = await seen(asMember("viewer"));
  expect(before).toMatchObject({ role: "viewer", may_stop: false, stops: [], open_incidents: 0, to_decide: 0 });
  expect(before.labels.map(({ label }: { label: string }) => label)).toContain("WORKER NOT RUNNING");
  await enqueue(db, { options: { class: "approval_required" } });
  const { result: opened } = await act(db.pool(), {
    verb: "open",
    subject: "incident",
    target: {},
    reason: "mail is late",
    params: { subject: "queue:alert" },
  });
  const { result: engaged } = await act(db.pool(), {
    verb: "engage",
    subject: "stop",
    target: {},
    reason: "look first",
    params: { scope: "queue", name: "alert" },
  });
  const [approver] = await seen(asMember("approver"));
  expect(approver).toMatchObject({
    may_stop: true,
    to_decide: 1,
    open_incidents: 1,
    stops: [{ id: engaged.stop, scope: "queue", name: "alert", reason: "look first" }],
  });
  expect((await seen(asMember("viewer")))[0]).toMatchObject({ may_stop: false, to_decide: 0 });
  // The ledger names what each act made.
  const { rows } = await db
    .pool()
    .query(
      "select action, subject_id from holdfast.events where action in ('incident.open', 'stop.engage') order by 1",
    );
  expect(rows).toEqual([
    { action: "incident.open", subject_id: String(opened.incident) },
    { action: "stop.engage", subject_id: String(engaged.stop) },
  ]);
});

test("shows a stranger nothing", async () => {
  expect(await seen(asStranger)).toEqual([]);
});
