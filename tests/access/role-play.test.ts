import {
  asAnon,
  asMember,
  asServiceRole,
  asStranger,
  asWorker,
  createTestDatabase,
  refusalOf,
  registerKinds,
} from "@holdfast/testing";
import { afterAll, expect, test } from "vitest";

const db = await createTestDatabase();
afterAll(() => db.drop());
await registerKinds(db, "hello");

const WHO = "select current_user::text as role, auth.uid() as uid, auth.role() as claimed";

test("each role is played as the Data API would: role, user and claims", async () => {
  const ask = (play: typeof asAnon) => play(db, async (client) => (await client.query(WHO)).rows[0]);
  await expect(ask(asAnon)).resolves.toEqual({ role: "anon", uid: null, claimed: "anon" });
  await expect(ask(asStranger)).resolves.toMatchObject({ role: "authenticated", claimed: "authenticated" });
  await expect(ask(asServiceRole)).resolves.toEqual({ role: "service_role", uid: null, claimed: "service_role" });
  for (const role of ["viewer", "operator", "approver"] as const) {
    await expect(ask(asMember(role))).resolves.toMatchObject({ role: "authenticated", uid: db.users[role].id });
  }
  await expect(ask(asMember("admin"))).resolves.toMatchObject({ uid: db.users.owner.id });
});

test("a worker has no claims, and may not even ask who is signed in", async () => {
  const role = await asWorker(db, async (client) => (await client.query("select current_user::text as role")).rows[0]);
  expect(role).toEqual({ role: "holdfast_worker" });
  await expect(asWorker(db, (client) => refusalOf(client.query("select auth.uid()")))).resolves.toMatchObject({
    code: "42501",
  });
});

test("what is done is undone, unless it is to be kept", async () => {
  const count = async () => (await db.pool().query("select count(*) as n from holdfast.jobs")).rows[0].n;
  const enqueue = (commit: boolean) =>
    asMember("operator")(db, (client) => client.query("select holdfast.enqueue('local', 'hello')"), { commit });
  const before = await count();
  await enqueue(false);
  await expect(count()).resolves.toBe(before);
  await enqueue(true);
  await expect(count()).resolves.toBe(before + 1);
});

test("a role that was played leaves nothing behind on its connection", async () => {
  await asMember("admin")(db, (client) => client.query("select 1"));
  const { rows } = await db
    .pool("authenticator")
    .query("select current_user::text as role, current_setting('request.jwt.claims', true) as claims");
  expect(rows[0]).toEqual({ role: "authenticator", claims: "" });
});
