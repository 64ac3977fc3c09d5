import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { down, identify, identifySelf, PortTakenError, readStack } from "../src/index.ts";
import { findPostmaster } from "../src/postgres/postmaster-file.ts";
import { answers, type PrivateState, privateState } from "./support/private-state.ts";

// Other programs on the stack's ports, and behind the pids in its files.

let state: PrivateState;
let stateDir: string;
let dbPort: number;
let apiPort: number;
beforeEach(async () => {
  state = await privateState();
  ({ stateDir, dbPort, apiPort } = state);
});
afterEach(() => state?.[Symbol.asyncDispose]());

async function listen(port: number): Promise<Server> {
  const server = createServer();
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}

test.each(["db", "api"] as const)("a stranger on the %s port is named, with the setting to change", async (which) => {
  const port = which === "db" ? dbPort : apiPort;
  const stranger = await listen(port);
  try {
    const error = await state.start().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(PortTakenError);
    const { message, exitCode } = error as PortTakenError;
    expect(exitCode).toBe(3);
    expect(message).toContain(String(port));
    expect(message).toContain("supabase/config.toml");
    expect(message).toContain(which === "db" ? "[db] port" : "[api] port");
    expect(message).toContain(which === "db" ? "HOLDFAST_DB_PORT" : "HOLDFAST_API_PORT");
    if (process.platform === "linux") expect(message).toContain(`(pid ${process.pid})`);
    // Nothing is left half started, and the folder can be started from as soon as the port is free.
    expect(readStack(stateDir)).toBeUndefined();
    expect(findPostmaster(state.dataDir)).toBeUndefined();
  } finally {
    stranger.close();
    await once(stranger, "close");
  }
  await using stack = await state.start();
  expect(await answers(stack)).toBe(true);
});

test("the stack's process ends with exit code 3 when a stranger holds its port", async () => {
  const stranger = await listen(apiPort);
  try {
    const env = {
      ...process.env,
      HOLDFAST_STATE: stateDir,
      HOLDFAST_DB_PORT: `${dbPort}`,
      HOLDFAST_API_PORT: `${apiPort}`,
    };
    const child = spawn(process.execPath, [join(import.meta.dirname, "../bin/stack.ts")], { env });
    const [code] = await once(child, "exit");
    expect(code).toBe(3);
    await expect(state.startDetached()).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringContaining(`port ${apiPort}, wanted for the Data API`),
    });
  } finally {
    stranger.close();
  }
});

test("records of a dead process, and of a pid that is another program's by now, hold nothing up", async () => {
  const self = identifySelf();
  const stale = {
    pid: self.pid,
    pidStartTime: "1",
    state: "ready",
    dbPort,
    apiPort,
    apiUrl: `http://127.0.0.1:${apiPort}`,
    dataDir: state.dataDir,
    startedAt: new Date(0).toISOString(),
  };
  writeFileSync(join(stateDir, "stack.json"), JSON.stringify(stale));
  writeFileSync(join(stateDir, "stack.lock"), JSON.stringify({ pid: self.pid, startTime: "1" }));
  // Postgres itself would take the live pid for a server of this directory and refuse to start.
  writeFileSync(
    join(state.dataDir, "postmaster.pid"),
    `${self.pid}\n${state.dataDir}\n1\n${dbPort}\n\n127.0.0.1\n\nready   \n`,
  );
  await using stack = await state.start();
  expect(stack.attached).toBe(false);
  expect(await answers(stack)).toBe(true);
});

test("down signals nobody when the recorded pid is another program's by now", async () => {
  const bystander = spawn("sleep", ["60"]);
  await once(bystander, "spawn");
  const record = { pid: bystander.pid, pidStartTime: "1", state: "ready", dbPort, apiPort, apiUrl: "", dataDir: "" };
  writeFileSync(join(stateDir, "stack.json"), JSON.stringify({ ...record, startedAt: "" }));
  expect(await down({ stateDir })).toBe(false);
  expect(identify(bystander.pid as number)).toBeDefined();
  const exited = once(bystander, "exit");
  bystander.kill("SIGKILL");
  await exited;
});
