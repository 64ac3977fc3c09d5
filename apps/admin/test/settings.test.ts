import { beforeAll, describe, expect, test } from "vitest";
import { readSettings, SettingsError } from "../server/settings.ts";
import { App, BUILDING_MS, builtOnce } from "./support/app.ts";

const RIGHT = { HOLDFAST_URL: "https://abc.supabase.co", HOLDFAST_KEY: "sb_publishable_0123456789" };

/** A JSON web token as Supabase's older keys are. */
function key(role: string): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "HS256", typ: "JWT" })}.${part({ iss: "supabase", ref: "abc", role })}.c2lnbmF0dXJl`;
}

/** What the settings say about an environment: each complaint in a line. */
function complaints(environment: Record<string, string>): string[] {
  try {
    readSettings(environment);
  } catch (error) {
    if (error instanceof SettingsError) return error.message.split("\n");
    throw error;
  }
  return [];
}

test("the project's address and its publishable key are enough", () => {
  expect(readSettings(RIGHT)).toEqual({
    url: "https://abc.supabase.co",
    key: "sb_publishable_0123456789",
    host: "127.0.0.1",
    port: 54_330,
    origin: undefined,
  });
});

test("the key may be an anon key of the older form, the address may end in a slash, and an empty variable is none", () => {
  const settings = readSettings({
    HOLDFAST_URL: "https://abc.supabase.co/",
    HOLDFAST_KEY: key("anon"),
    HOLDFAST_ADMIN_PORT: "",
    HOLDFAST_ADMIN_ORIGIN: "",
  });
  expect(settings).toMatchObject({ url: "https://abc.supabase.co", port: 54_330, origin: undefined });
});

describe("a wrong variable is named, with what to do:", () => {
  test.each([
    ["HOLDFAST_URL", {}, /missing|is not a URL; set it to the project URL/],
    ["HOLDFAST_URL", { HOLDFAST_URL: "abc.supabase.co" }, /is not a URL; set it to the project URL/],
    ["HOLDFAST_URL", { HOLDFAST_URL: "postgres://postgres:pw@db.abc.supabase.co/postgres" }, /project URL/],
    ["HOLDFAST_KEY", { HOLDFAST_URL: RIGHT.HOLDFAST_URL }, /is missing; set it to the publishable/],
    ["HOLDFAST_ADMIN_PORT", { ...RIGHT, HOLDFAST_ADMIN_PORT: "http" }, /is not a port/],
    ["HOLDFAST_ADMIN_PORT", { ...RIGHT, HOLDFAST_ADMIN_PORT: "70000" }, /is not a port/],
    ["HOLDFAST_ADMIN_PORT", { ...RIGHT, HOLDFAST_ADMIN_PORT: "-1" }, /is not a port/],
    ["HOLDFAST_ADMIN_PORT", { ...RIGHT, HOLDFAST_ADMIN_PORT: "80.5" }, /is not a port/],
    ["HOLDFAST_ADMIN_ORIGIN", { ...RIGHT, HOLDFAST_ADMIN_ORIGIN: "ops.example.com" }, /is not an origin/],
    ["HOLDFAST_ADMIN_ORIGIN", { ...RIGHT, HOLDFAST_ADMIN_ORIGIN: "https://ops.example.com/x" }, /origin only/],
    ["HOLDFAST_ADMIN_ORIGIN", { ...RIGHT, HOLDFAST_ADMIN_ORIGIN: "ftp://ops.example.com" }, /origin/],
  ])("%s of %o", (variable, environment, sentence) => {
    const found = complaints(environment as Record<string, string>).filter((line) => line.startsWith(`${variable} `));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(sentence);
  });
});

test("every wrong variable is named at once, and no value is ever repeated", () => {
  const environment = {
    HOLDFAST_URL: "postgres://postgres:pa55word@db.abc.supabase.co/postgres",
    HOLDFAST_KEY: "sb_secret_0123456789abcdef",
    HOLDFAST_ADMIN_PORT: "99999999",
    HOLDFAST_ADMIN_ORIGIN: "https://user:hunter2@ops.example.com",
  };
  const lines = complaints(environment);
  expect(lines.map((line) => line.split(" ")[0])).toEqual(Object.keys(environment));
  for (const value of [...Object.values(environment), "pa55word", "hunter2", "0123456789abcdef"]) {
    expect(lines.join("\n")).not.toContain(value);
  }
});

describe("a key that is more than anybody's is refused:", () => {
  test.each([
    ["sb_secret_", "sb_secret_0123456789abcdef"],
    ["a service_role token", key("service_role")],
    ["a supabase_admin token", key("supabase_admin")],
    ["a signed-in person's token", key("authenticated")],
    ["sb_secret_ with spaces around", "  sb_secret_0123456789abcdef "],
  ])("%s", async (_form, secret) => {
    const lines = complaints({ ...RIGHT, HOLDFAST_KEY: secret });
    expect(lines).toEqual(["HOLDFAST_KEY is a secret key; this app must only ever have the publishable key"]);
  });
});

describe("the process", () => {
  beforeAll(builtOnce, BUILDING_MS);

  test("starts with the project's address and its key alone, and takes any free port when told so", async () => {
    await using app = await App.start({ ...RIGHT, HOLDFAST_ADMIN_PORT: "0" });
    expect(app.port).toBeGreaterThan(1024);
    await expect.poll(() => app.log()).toContain(`listening at ${app.url}`);
    expect(app.log()).not.toContain(RIGHT.HOLDFAST_KEY);
  });

  test("ends with 2 and says what to do when a variable is wrong, without its value", async () => {
    const secret = key("service_role");
    const failed = await App.start({ HOLDFAST_URL: RIGHT.HOLDFAST_URL, HOLDFAST_KEY: secret }).catch(String);
    expect(failed).toMatch(/ended with 2: error: HOLDFAST_KEY is a secret key/);
    expect(failed).toContain("do: set the variable");
    expect(failed).not.toContain(secret);
  });

  test("ends with 2 and says what to do when somebody else listens on its port", async () => {
    await using app = await App.start({ ...RIGHT, HOLDFAST_ADMIN_PORT: "0" });
    const failed = await App.start({ ...RIGHT, HOLDFAST_ADMIN_PORT: String(app.port) }).catch(String);
    expect(failed).toMatch(/ended with 2: error: .*EADDRINUSE/s);
    expect(failed).toContain("set HOLDFAST_ADMIN_PORT");
  });
});
