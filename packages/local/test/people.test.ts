import { createHmac } from "node:crypto";
import { createTestStack } from "@holdfast/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LOCAL_USERS, type Stack } from "../src/index.ts";
import { signIn, strangerOf } from "./support/people-clients.ts";
import { rawRequest } from "./support/raw-request.ts";

// Who gets in through the local Data API and Auth, as whom, and who does not.

let stack: Stack;
beforeAll(async () => {
  stack = await createTestStack();
});
afterAll(() => stack?.[Symbol.asyncDispose]());

test.each(LOCAL_USERS)(
  "%s signs in and is a member of the workspace local with the role of that name",
  async (name) => {
    const supabase = await signIn(stack, name);
    const { data, error } = await supabase
      .from("members")
      .select("role, workspaces(slug)")
      .eq("user_id", stack.users[name].id);
    expect(error).toBeNull();
    expect(data).toMatchObject([{ role: name === "owner" ? "admin" : name }]);
  },
);

test("a wrong password, an unknown person and signing up are refused", async () => {
  const wrong = await strangerOf(stack).auth.signInWithPassword({ ...stack.users.owner, password: "not the password" });
  expect(wrong.error?.status).toBe(400);
  const unknown = await strangerOf(stack).auth.signInWithPassword({
    email: "x@holdfast.test",
    password: "not the password",
  });
  expect(unknown.error?.status).toBe(400);
  const up = await strangerOf(stack).auth.signUp({ email: "new@holdfast.test", password: "a long enough password" });
  expect(up.error).not.toBeNull();
});

test("anon reads nothing and writes nothing", async () => {
  const read = await strangerOf(stack).from("workspaces").select();
  expect(read.data ?? []).toEqual([]);
  expect(read.error?.code).toBe("42501");
  const written = await strangerOf(stack).from("workspaces").insert({ slug: "mine" });
  expect(written.error?.code).toBe("42501");
});

test("no key, an unknown key and a forged token are refused", async () => {
  expect((await rawRequest(stack.apiPort, "/rest/v1/workspaces")).status).toBe(401);
  expect((await rawRequest(stack.apiPort, "/rest/v1/workspaces", { apikey: "sb_secret_unknown" })).status).toBe(401);
  for (const role of ["authenticated", "service_role"]) {
    const forged = token({ role, sub: stack.users.owner.id }, "another secret of sufficient length, 32 or more");
    const answer = await rawRequest(stack.apiPort, "/rest/v1/workspaces", {
      apikey: stack.publishableKey,
      authorization: `Bearer ${forged}`,
    });
    expect(answer.status).toBe(401);
  }
});

test("even a token signed with the right secret cannot become a role outside the Data API", async () => {
  for (const role of ["postgres", "supabase_admin", "holdfast_worker", "supabase_auth_admin"]) {
    const signed = token({ role, sub: stack.users.owner.id }, stack.jwtSecret);
    const answer = await rawRequest(stack.apiPort, "/rest/v1/workspaces", {
      apikey: stack.publishableKey,
      authorization: `Bearer ${signed}`,
    });
    expect([role, answer.status >= 400]).toEqual([role, true]);
  }
});

test("an expired token is refused", async () => {
  const old = token({ role: "authenticated", sub: stack.users.owner.id, exp: 1_700_000_000 }, stack.jwtSecret);
  const answer = await rawRequest(stack.apiPort, "/rest/v1/workspaces", {
    apikey: stack.publishableKey,
    authorization: `Bearer ${old}`,
  });
  expect(answer.status).toBe(401);
});

function token(claims: Record<string, unknown>, secret: string): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const body = { aud: "authenticated", exp: 4_000_000_000, session_id: crypto.randomUUID(), ...claims };
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part(body)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}
