import { execFileSync } from "node:child_process";
import { createTestStack } from "@holdfast/testing";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DataApi } from "../src/api/data-api.ts";
import type { ApiRequest } from "../src/api/protocol.ts";
import type { Stack } from "../src/index.ts";
import { addProbes } from "./support/probes.ts";

// The process of the Data API on its own: what it is allowed to take, and what it does not come back from.

let stack: Stack;
let settings: Parameters<DataApi["open"]>[0];
const log = pino({ level: "silent" });

beforeAll(async () => {
  stack = await createTestStack();
  await addProbes(stack);
  settings = {
    databaseUrl: stack.databaseUrl("supabase_lite" as never),
    schemas: ["holdfast"],
    maxRows: undefined,
    auth: { siteUrl: "http://127.0.0.1:3000", jwtExpiry: 3600, enableSignup: false, minimumPasswordLength: 6 },
    jwtSecret: stack.jwtSecret,
    publishableKey: stack.publishableKey,
    secretKey: stack.secretKey,
  };
});
afterAll(() => stack?.[Symbol.asyncDispose]());

function request(method: string, path: string, body?: unknown): ApiRequest {
  return {
    method,
    url: `${stack.apiUrl}/rest/v1/${path}`,
    headers: [
      ["apikey", stack.secretKey],
      ["authorization", `Bearer ${stack.secretKey}`],
      ["content-type", "application/json"],
      ["content-profile", "holdfast"],
      ["accept-profile", "holdfast"],
    ],
    body: body === undefined ? undefined : Buffer.from(JSON.stringify(body)),
  };
}

test("a request over its time limit is answered with 504, and the next one by a new process", async () => {
  await using api = DataApi.start(log, { answer: 2_000 });
  await api.open(settings);
  expect(await api.answer(request("GET", "workspaces?select=slug"))).toMatchObject({ status: 200 });
  const before = api.pid;
  await expect(api.answer(request("POST", "rpc/sleep_probe", { seconds: 50 }))).rejects.toMatchObject({
    status: 504,
    message: "The Data API did not answer within 2 seconds",
  });
  const answer = await api.answer(request("GET", "workspaces?select=slug"));
  expect(JSON.parse(Buffer.from(answer.body).toString())).toEqual([{ slug: "local" }]);
  expect(api.pid).not.toBe(before);
});

test("a body of megabytes goes in and comes out as it was", async () => {
  await using api = DataApi.start(log);
  await api.open(settings);
  const value = "0123456789äöü".repeat(500_000);
  const answer = await api.answer(request("POST", "rpc/echo_probe", { value }));
  expect(answer.status).toBe(200);
  expect(JSON.parse(Buffer.from(answer.body).toString()) === value).toBe(true);
});

test("a database that cannot be had fails the start with what Postgres says, and leaves no process", async () => {
  const api = DataApi.start(log);
  const pid = api.pid as number;
  const url = settings.databaseUrl.replace(/:[^:@/]+@/, ":wrong@");
  await expect(api.open({ ...settings, databaseUrl: url }, 3_000)).rejects.toMatchObject({
    rule: "local.data_api_failed",
    message: expect.stringContaining("password authentication failed"),
  });
  await api[Symbol.asyncDispose]();
  expect(() => process.kill(pid, 0)).toThrow();
});

test("what it was told is not to be seen in its arguments or its environment", async () => {
  await using api = DataApi.start(log);
  await api.open(settings);
  const seen = execFileSync("ps", ["eww", "-o", "args=", "-p", String(api.pid)], { encoding: "utf8" });
  expect(seen).toContain("data-api.ts");
  for (const word of [settings.databaseUrl, settings.jwtSecret, settings.secretKey, "PG", "HOLDFAST_"]) {
    expect(seen).not.toContain(word);
  }
});
