import { type ChildProcessByStdio, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { expect, test } from "vitest";

// The hand-over from the host's Node to the pinned one, as `npm start`, `npm test` and `holdfast` go through it.

const ENTRY = join(import.meta.dirname, "fixtures/entry.mjs");

function launch(...args: string[]): ChildProcessByStdio<null, Readable, null> {
  return spawn(process.execPath, [ENTRY, ...args], { stdio: ["ignore", "pipe", "inherit"] });
}

async function finish(
  child: ChildProcessByStdio<null, Readable, null>,
): Promise<{ code: number | null; text: string }> {
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (part: string) => {
    text += part;
  });
  const [code] = (await once(child, "close")) as [number | null];
  return { code, text };
}

test("the entry runs on the pinned Node 24, which its children find first, with its arguments as given", async () => {
  const { code, text } = await finish(launch("exit", "0", "--flag", "a b", ""));
  expect(code).toBe(0);
  const seen = JSON.parse(text);
  expect(seen).toMatchObject({ major: "24", rest: ["0", "--flag", "a b", ""] });
  expect(seen.path).toMatch(/node_modules\/node\/bin$/);
});

test("the entry's exit code is passed on", async () => {
  expect((await finish(launch("exit", "3"))).code).toBe(3);
});

test("SIGTERM reaches the entry, which ends in its own way", async () => {
  const child = launch("wait");
  const ended = finish(child);
  await once(child.stdout, "data");
  child.kill("SIGTERM");
  const { code, text } = await ended;
  expect(text).toContain("asked to end");
  expect(code).toBe(7);
});

test("an entry that a signal ended is reported as a shell would: 128 and the signal", async () => {
  expect((await finish(launch("die"))).code).toBe(128 + 9);
});
