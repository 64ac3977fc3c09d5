import { createHmac } from "node:crypto";
import { request } from "node:http";
import { createTestStack } from "@holdfast/testing";
import { createClient, type SupabaseClient } from "@supabase/supabase-js";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { LOCAL_USERS, type Stack } from "../src/index.ts";

// The six rules that make @supabase/lite safe to run, each with the act that would break it.

let stack: Stack;
let admin: pg.Pool;

beforeAll(async () => {
  stack = await createTestStack();
  admin = new pg.Pool({ connectionString: stack.databaseUrl("supabase_admin"), max: 2 });
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

// biome-ignore lint/suspicious/noExplicitAny: these tests know the schema no better than a stranger does
type Client = SupabaseClient<any, any, any>;

function client(key = stack.publishableKey, headers: Record<string, string> = {}): Client {
  return createClient(stack.apiUrl, key, {
    db: { schema: "holdfast" },
    auth: { persistSession: false, autoRefreshToken: false },
    global: { headers },
  });
}

async function signedIn(name: (typeof LOCAL_USERS)[number]): Promise<Client> {
  const supabase = client();
  const { error } = await supabase.auth.signInWithPassword(stack.users[name]);
  expect(error).toBeNull();
  return supabase;
}

/** Everything that says who may do what, as text. */
async function permissions(): Promise<unknown> {
  const { rows } = await admin.query(`
    select 'relation' as what, oid::regclass::text as name, concat(relacl, relowner, relrowsecurity) as acl from pg_class
    union all select 'schema', nspname, concat(nspacl, nspowner) from pg_namespace
    union all select 'function', oid::regprocedure::text, concat(proacl, proowner, md5(prosrc)) from pg_proc
    union all select 'default', concat(defaclrole, defaclnamespace, defaclobjtype), defaclacl::text from pg_default_acl
    union all select 'member', concat(roleid, '-', member), concat(admin_option, inherit_option, set_option) from pg_auth_members
    union all select 'role', rolname, concat(rolsuper, rolinherit, rolbypassrls, rolcanlogin) from pg_roles
    union all select 'policy', concat(polname, polrelid), pg_get_expr(polqual, polrelid) from pg_policy
    order by 1, 2`);
  return rows;
}

describe("rule 1: traffic changes no permission", () => {
  test("grants, owners, roles and policies are the same before and after every kind of request", async () => {
    await using fresh = await createTestStack();
    const before = await permissionsOf(fresh);
    const anon = createClient(fresh.apiUrl, fresh.publishableKey, { db: { schema: "holdfast" } });
    await anon.from("workspaces").select();
    await anon.auth.signInWithPassword(fresh.users.owner);
    expect((await anon.from("workspaces").select()).data).toHaveLength(1);
    await anon.from("workspaces").insert({ slug: "mine" });
    await anon.from("workspaces").update({ slug: "x" }).eq("slug", "local");
    await anon.from("nothing").select();
    await anon.rpc("nothing");
    await anon.auth.updateUser({ data: { name: "Owner" } });
    await anon.auth.refreshSession();
    const service = createClient(fresh.apiUrl, fresh.secretKey, { db: { schema: "holdfast" } });
    await service.from("workspaces").select();
    expect(await permissionsOf(fresh)).toEqual(before);
  });

  async function permissionsOf(other: Stack): Promise<unknown> {
    const shared = admin;
    admin = new pg.Pool({ connectionString: other.databaseUrl("supabase_admin"), max: 1 });
    try {
      return await permissions();
    } finally {
      await admin.end();
      admin = shared;
    }
  }
});

describe("rule 2: it connects as a role that owns nothing", () => {
  test("every session of the Data API belongs to supabase_lite", async () => {
    await client().from("workspaces").select();
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
    await signedIn("owner");
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
    const answer = await raw(path, { apikey: stack.secretKey });
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.body).not.toMatch(/postgres(ql)?:\/\/|password|supabase_lite/i);
  });

  test("a request for another host is refused, whatever it asks for", async () => {
    for (const host of ["evil.example", `evil.example:${stack.apiPort}`, "127.0.0.1", "127.0.0.1:1", ""]) {
      const answer = await raw("/rest/v1/workspaces", { host, apikey: stack.secretKey });
      expect([host, answer.status]).toEqual([host, host === "" ? expect.any(Number) : 421]);
      expect(answer.status).toBeGreaterThanOrEqual(400);
    }
    for (const host of ["127.0.0.1", "localhost", "[::1]"]) {
      const answer = await raw("/auth/v1/health", { host: `${host}:${stack.apiPort}`, apikey: stack.publishableKey });
      expect(answer.status).not.toBe(421);
    }
  });

  test("a body that is too long is refused, announced or not", async () => {
    const announced = await raw("/rest/v1/type_probe", { "content-length": String(17 * 1024 * 1024) }, "POST");
    expect(announced.status).toBe(413);
    const streamed = await raw("/rest/v1/type_probe", {}, "POST", Buffer.alloc(17 * 1024 * 1024));
    expect(streamed.status).toBe(413);
  });

  test("a page of another origin gets the answers that Supabase gives to browsers", async () => {
    const headers = { origin: "http://localhost:5173", "access-control-request-method": "POST" };
    const answer = await raw("/rest/v1/workspaces", headers, "OPTIONS");
    expect(answer.status).toBeLessThan(300);
    expect(answer.headers["access-control-allow-origin"]).toBe("*");
    const read = await raw("/rest/v1/workspaces", { origin: "http://localhost:5173", apikey: stack.publishableKey });
    expect(read.headers["access-control-allow-origin"]).toBe("*");
  });
});

describe("rule 5: values arrive as PostgREST sends them", () => {
  test("json keeps strings, moments are ISO with microseconds, numbers are numbers", async () => {
    const supabase = await signedIn("operator");
    const document = { text: 'a "quoted" \\ string', nested: { list: [1, "2", null, true] }, empty: {} };
    const row = { id: 1, document, moment: "2026-02-03T04:05:06.789012+00:00", amount: 12.5 };
    const inserted = await supabase.from("type_probe").insert(row).select().single();
    expect(inserted.error).toBeNull();
    expect(inserted.data).toEqual(row);
    const read = await supabase.from("type_probe").select().eq("id", 1).single();
    expect(read.data).toEqual(row);
  });

  test("an error raised by SQL keeps status, message, detail and hint", async () => {
    const supabase = await signedIn("viewer");
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
  const supabase = createClient(fresh.apiUrl, fresh.publishableKey, { db: { schema: "holdfast" } });
  await supabase.auth.signInWithPassword(fresh.users.viewer);
  expect(await supabase.from("workspaces").select("slug")).toMatchObject({ data: [{ slug: "local" }], error: null });
});

describe("people", () => {
  test.each(LOCAL_USERS)(
    "%s signs in and is a member of the workspace local with the role of that name",
    async (name) => {
      const supabase = await signedIn(name);
      const { data, error } = await supabase
        .from("members")
        .select("role, workspaces(slug)")
        .eq("user_id", stack.users[name].id);
      expect(error).toBeNull();
      expect(data).toMatchObject([{ role: name === "owner" ? "admin" : name }]);
    },
  );

  test("a wrong password, an unknown person and signing up are refused", async () => {
    const wrong = await client().auth.signInWithPassword({ ...stack.users.owner, password: "not the password" });
    expect(wrong.error?.status).toBe(400);
    const unknown = await client().auth.signInWithPassword({ email: "x@holdfast.test", password: "not the password" });
    expect(unknown.error?.status).toBe(400);
    const up = await client().auth.signUp({ email: "new@holdfast.test", password: "a long enough password" });
    expect(up.error).not.toBeNull();
  });

  test("anon reads nothing and writes nothing", async () => {
    const read = await client().from("workspaces").select();
    expect(read.data ?? []).toEqual([]);
    expect(read.error?.code).toBe("42501");
    const written = await client().from("type_probe").insert({ id: 99 });
    expect(written.error?.code).toBe("42501");
  });

  test("no key, an unknown key and a forged token are refused", async () => {
    expect((await raw("/rest/v1/workspaces")).status).toBe(401);
    expect((await raw("/rest/v1/workspaces", { apikey: "sb_secret_unknown" })).status).toBe(401);
    for (const role of ["authenticated", "service_role"]) {
      const forged = token({ role, sub: stack.users.owner.id }, "another secret of sufficient length, 32 or more");
      const answer = await raw("/rest/v1/workspaces", {
        apikey: stack.publishableKey,
        authorization: `Bearer ${forged}`,
      });
      expect(answer.status).toBe(401);
    }
  });

  test("even a token signed with the right secret cannot become a role outside the Data API", async () => {
    for (const role of ["postgres", "supabase_admin", "holdfast_worker", "supabase_auth_admin"]) {
      const signed = token({ role, sub: stack.users.owner.id }, stack.jwtSecret);
      const answer = await raw("/rest/v1/workspaces", {
        apikey: stack.publishableKey,
        authorization: `Bearer ${signed}`,
      });
      expect([role, answer.status >= 400]).toEqual([role, true]);
    }
  });

  test("an expired token is refused", async () => {
    const old = token({ role: "authenticated", sub: stack.users.owner.id, exp: 1_700_000_000 }, stack.jwtSecret);
    const answer = await raw("/rest/v1/workspaces", { apikey: stack.publishableKey, authorization: `Bearer ${old}` });
    expect(answer.status).toBe(401);
  });
});

function token(claims: Record<string, unknown>, secret: string): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const body = { aud: "authenticated", exp: 4_000_000_000, session_id: crypto.randomUUID(), ...claims };
  const signed = `${part({ alg: "HS256", typ: "JWT" })}.${part(body)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

interface RawAnswer {
  status: number;
  headers: Record<string, unknown>;
  body: string;
}

/** A request as it is written, without the tidying that fetch does to paths and hosts. */
function raw(path: string, headers: Record<string, string> = {}, method = "GET", body?: Buffer): Promise<RawAnswer> {
  return new Promise((done, failed) => {
    const sent = request({ host: "127.0.0.1", port: stack.apiPort, path, method, headers }, (answer) => {
      let text = "";
      answer.setEncoding("utf8").on("data", (part) => {
        text += part;
      });
      answer.on("end", () => done({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }));
    });
    // The server hangs up on a body that is too long; its answer may come first.
    sent.on(
      "error",
      (error: NodeJS.ErrnoException) => error.code !== "EPIPE" && error.code !== "ECONNRESET" && failed(error),
    );
    sent.end(body);
  });
}
