import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { identify, identifySelf, isAlive, signal, waitUntil } from "../src/index.ts";

test("a process is told apart from a later one with its pid", () => {
  const self = identifySelf();
  expect(isAlive(self)).toBe(true);
  expect(isAlive({ pid: self.pid, startTime: "1" })).toBe(false);
});

test("a signal reaches the very process that was identified, and no other", async () => {
  const child = spawn("sleep", ["60"]);
  await once(child, "spawn");
  const identity = identify(child.pid as number);
  if (!identity) throw new Error("sleep is not running");
  expect(signal({ ...identity, startTime: "1" }, "SIGKILL")).toBe(false);
  expect(isAlive(identity)).toBe(true);
  const exited = once(child, "exit");
  expect(signal(identity, "SIGKILL")).toBe(true);
  expect(await exited).toEqual([null, "SIGKILL"]);
  expect(isAlive(identity)).toBe(false);
});

test("a zombie counts as dead", async () => {
  // The shell's child ends at once and is never waited for: the shell has become a program that does not wait.
  const parent = spawn("sh", ["-c", "true & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "ignore"] });
  const [line] = (await once(parent.stdout, "data")) as [Buffer];
  expect(await waitUntil(() => identify(Number(line.toString())) === undefined, 5_000)).toBe(true);
  const exited = once(parent, "exit");
  parent.kill("SIGKILL");
  await exited;
});

test("a process that does not exist has no identity", () => {
  expect(identify(2 ** 22 + 1)).toBeUndefined();
});

test("a killed process counts as dead only when its port is free again, though its threads end one by one", async () => {
  const program = 'const s = require("net").createServer().listen(0, "127.0.0.1", () => console.log(s.address().port))';
  for (let round = 0; round < 20; round++) {
    const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = (await once(child.stdout, "data")) as [Buffer];
    const identity = identify(child.pid as number);
    if (!identity) throw new Error("the listener is not running");
    signal(identity, "SIGKILL");
    const end = performance.now() + 10_000;
    while (isAlive(identity) && performance.now() < end); // without a pause, to look at the first possible moment
    const server = createServer();
    server.listen({ host: "127.0.0.1", port: Number(line.toString()) });
    await once(server, "listening");
    server.close();
  }
});
