import { createTestStack } from "@holdfast/testing";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Stack } from "../src/index.ts";
import { signIn, strangerOf } from "./support/people-clients.ts";
import { permissions } from "./support/permissions.ts";
import { rawRequest } from "./support/raw-request.ts";

// The six rules that make @supabase/lite safe to run, each with the act that would break it.

let stack: Stack;
let admin: pg.Client;

beforeAll(async () => {
  stack = await createTestStack();
  admin = new pg.Client({ connectionString: stack.databaseUrl("supabase_admin") });
  await admin.connect();
  const migrator = new pg.Client({ connectionString: stack.databaseUrl("postgres") });
  await migrator.connect();
  await migrator.query(`
    create table holdfast.type_probe (id int primary key, document jsonb, moment timestamptz, amount numeric);
    alter table holdfast.type_probe enable row level security;
    create policy everybody on holdfast.type_probe for all to authenticated using (true) with check (true);
    grant select, insert on holdfast.type_probe to authenticated;
    create function holdfast.refuse_probe() returns void language plpgsql set search_path = '' as $$
    begin
      raise exception 'no such lane' using errcode = 'PT404', detail = 'holdfast.unknown_lane', hint = 'pick another';
    end $$;
    grant execute on function holdfast.refuse_probe() to authenticated`);
  await migrator.end();
});
afterAll(async () => {
  await admin?.end();
  await stack?.[Symbol.asyncDispose]();
});

describe("rule 1: traffic changes no permission", () => {
  test("grants, owners, roles and policies are the same before and after every kind of request", async () => {
    await using fresh = await createTestStack();
    const before = await permissions(fresh);
    const anon = strangerOf(fresh);
    await anon.from("workspaces").select();
    await anon.auth.signInWithPassword(fresh.users.owner);
    expect((await anon.from("workspaces").select()).data).toHaveLength(1);
    await anon.from("workspaces").insert({ slug: "mine" });
    await anon.from("workspaces").update({ slug: "x" }).eq("slug", "local");
    await anon.from("nothing").select();
    await anon.rpc("nothing");
    await anon.auth.updateUser({ data: { name: "Owner" } });
    await anon.auth.refreshSession();
    const service = strangerOf(fresh, fresh.secretKey);
    await service.from("workspaces").select();
    expect(await permissions(fresh)).toEqual(before);
  });
});

describe("rule 2: it connects as a role that owns nothing", () => {
  test("every session of the Data API belongs to supabase_lite", async () => {
    await strangerOf(stack).from("workspaces").select();
    const { rows } = await admin.query(
      "select distinct usename from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()",
    );
    expect(rows).toEqual([{ usename: "supabase_lite" }]);
  });

  test("supabase_lite owns nothing and cannot grant, create or bypass", async () => {
    const { rows } = await admin.query(
      "select classid::regclass, objid from pg_shdepend where refobjid = 'supabase_lite'::regrole and deptype = 'o'",
    );
    expect(rows).toEqual([]);
    const url = stack.databaseUrl("supabase_lite" as never);
    const lite = new pg.Client({ connectionString: url });
    await lite.connect();
    try {
      await expect(lite.query("create table public.t ()")).rejects.toMatchObject({ code: "42501" });
      await expect(lite.query("create schema s")).rejects.toMatchObject({ code: "42501" });
      await expect(lite.query("create role r")).rejects.toMatchObject({ code: "42501" });
      await expect(lite.query("set role postgres")).rejects.toMatchObject({ code: "42501" });
      await expect(lite.query("set role holdfast_worker")).rejects.toMatchObject({ code: "42501" });
      await expect(lite.query("select holdfast_private.schema_version()")).rejects.toMatchObject({ code: "42501" });
    } finally {
      await lite.end();
    }
  });
});

describe("rule 3: the auth schema stays as sql/ made it", () => {
  test("its tables and functions belong to supabase_auth_admin, and auth.uid() reads both settings", async () => {
    await signIn(stack, "owner");
    const { rows } = await admin.query(`
      select distinct relowner::regrole::text as owner from pg_class where relnamespace = 'auth'::regnamespace
      union select proowner::regrole::text from pg_proc where pronamespace = 'auth'::regnamespace`);
    expect(rows).toEqual([{ owner: "supabase_auth_admin" }]);
    const uid = await admin.query("select prosrc from pg_proc where oid = 'auth.uid'::regproc");
    expect(uid.rows[0].prosrc).toMatch(/request\.jwt\.claim\.sub[\s\S]*request\.jwt\.claims/);
  });
});

describe("rule 4: two paths, asked for by our own name", () => {
  test.each([
    "/_system/info",
    "/",
    "/storage/v1/bucket",
    "/rest/v1/../../_system/info",
    "/rest/v1/%2e%2e/%2e%2e/_system/info",
    "/rest/v1/..%2f..%2f_system/info",
    "/rest/v1/..\\..\\_system/info",
    "//_system/info",
    "/rest/v1x",
  ])("%s shows nothing", async (path) => {
    const answer = await rawRequest(stack.apiPort, path, { apikey: stack.secretKey });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.body).not.toMatch(/postgres(ql)?:\/\/|password|supabase_lite/i);
  });

  test("a request for another host is refused, whatever it asks for", async () => {
    for (const host of ["evil.example", `evil.example:${stack.apiPort}`, "127.0.0.1", "127.0.0.1:1", ""]) {
      const answer = await rawRequest(stack.apiPort, "/rest/v1/workspaces", { host, apikey: stack.secretKey });
      expect([host, answer.status]).toEqual([host, host === "" ? expect.any(Number) : 421]);
      expect(answer.status).toBeGreaterThanOrEqual(400);
    }
    for (const host of ["127.0.0.1", "localhost", "[::1]"]) {
      const answer = await rawRequest(stack.apiPort, "/auth/v1/health", {
        host: `${host}:${stack.apiPort}`,
        apikey: stack.publishableKey,
      });
      expect(answer.status).not.toBe(421);
    }
  });

  test("a body that is too long is refused, announced or not", async () => {
    const announced = await rawRequest(
      stack.apiPort,
      "/rest/v1/type_probe",
      { "content-length": String(17 * 1024 * 1024) },
      "POST",
    );
    expect(announced.status).toBe(413);
    const streamed = await rawRequest(stack.apiPort, "/rest/v1/type_probe", {}, "POST", Buffer.alloc(17 * 1024 * 1024));
    expect(streamed.status).toBe(413);
  });

  test("a page of another origin gets the answers that Supabase gives to browsers", async () => {
    const headers = { origin: "http://localhost:5173", "access-control-request-method": "POST" };
    const answer = await rawRequest(stack.apiPort, "/rest/v1/workspaces", headers, "OPTIONS");
    expect(answer.status).toBeLessThan(300);
    expect(answer.headers["access-control-allow-origin"]).toBe("*");
    const read = await rawRequest(stack.apiPort, "/rest/v1/workspaces", {
      origin: "http://localhost:5173",
      apikey: stack.publishableKey,
    });
    expect(read.headers["access-control-allow-origin"]).toBe("*");
  });
});

describe("rule 5: values arrive as PostgREST sends them", () => {
  test("json keeps strings, moments are ISO with microseconds, numbers are numbers", async () => {
    const supabase = await signIn(stack, "operator");
    const document = { text: 'a "quoted" \\ string', nested: { list: [1, "2", null, true] }, empty: {} };
    const row = { id: 1, document, moment: "2026-02-03T04:05:06.789012+00:00", amount: 12.5 };
    const inserted = await supabase.from("type_probe").insert(row).select().single();
    expect(inserted.error).toBeNull();
    expect(inserted.data).toEqual(row);
    const read = await supabase.from("type_probe").select().eq("id", 1).single();
    expect(read.data).toEqual(row);
  });

  test("an error raised by SQL keeps status, message, detail and hint", async () => {
    const supabase = await signIn(stack, "viewer");
    const { error, status } = await supabase.rpc("refuse_probe");
    expect(status).toBe(404);
    expect(error).toMatchObject({
      code: "PT404",
      message: "no such lane",
      details: "holdfast.unknown_lane",
      hint: "pick another",
    });
  });
});

test("rule 6: the first request already sees the migrated schema", async () => {
  await using fresh = await createTestStack();
  const supabase = await signIn(fresh, "viewer");
  expect(await supabase.from("workspaces").select("slug")).toMatchObject({ data: [{ slug: "local" }], error: null });
});
