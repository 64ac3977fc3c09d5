import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { megabytes } from "./support/processes.ts";
import { alone, js, sh } from "./support/programs.ts";
import { type Launched, RunnerBench, until } from "./support/runner-bench.ts";

let bench: RunnerBench;
beforeAll(async () => {
  bench = await RunnerBench.open();
});
afterAll(() => bench?.[Symbol.asyncDispose]());

const sha = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

/** Follows the runner's memory until it ends; the last figure is its peak. */
async function peakOf(runner: Launched): Promise<number> {
  let peak = 0;
  let over = false;
  runner.exited.then(() => {
    over = true;
  });
  while (!over) {
    peak = Math.max(peak, megabytes(runner.pid, "VmHWM") ?? 0);
    await delay(20);
  }
  return peak;
}

describe("output", () => {
  const megabyte = "seq 1 200000 | head -c 1048576";

  it.each([
    { pty: false, stream: "stdout", script: megabyte },
    { pty: true, stream: "raw", script: `stty -opost; ${megabyte}` },
  ])("of a megabyte is stored byte for byte (pty: $pty)", async ({ pty, stream, script }) => {
    const { run, launched } = await bench.run({ argv: sh(script), command: { pty } });
    const expected = alone(sh(megabyte));
    const stored = await bench.stored(launched.spec.token, stream);
    expect(run).toMatchObject({ outcome: "completed", [`${stream}_bytes`]: 1048576 });
    expect(sha(stored)).toBe(sha(expected));
    expect(sha(bench.spooled(launched, stream))).toBe(sha(expected));
  });

  const fifty = "seq 1 8000000 | head -c 52428800";
  const listed = { SOME_TOKEN: "tok-0123456789abcdef" };
  it.each([
    { pty: false, stream: "stdout", script: fifty },
    { pty: true, stream: "raw", script: `stty -opost; ${fifty}` },
  ])(
    "of 50 MB at full speed is stored byte for byte in under 100 MB of memory (pty: $pty)",
    async ({ pty, stream, script }) => {
      const begun = performance.now();
      const launched = await bench.launch({ argv: sh(script), command: { pty, env: ["SOME_TOKEN"] }, env: listed });
      const peak = await peakOf(launched);
      const seconds = (performance.now() - begun) / 1000;
      const { run } = await bench.finish(launched);
      expect(run).toMatchObject({ outcome: "completed", [`${stream}_bytes`]: 52428800 });
      expect(sha(await bench.stored(launched.spec.token, stream))).toBe(sha(alone(sh(fifty))));
      console.info(`50 MB, pty ${pty}: ${seconds.toFixed(1)} s, runner's peak memory ${peak.toFixed(0)} MB`);
      expect(peak).toBeGreaterThan(20);
      expect(peak).toBeLessThan(100);
    },
  );

  it("is in the database while the command still runs", async () => {
    const launched = await bench.launch({
      argv: sh("echo first; read x < /dev/tty || sleep 60"),
      command: { pty: false },
    });
    const { token } = launched.spec;
    await until("the first line is stored", async () => (await bench.stored(token, "stdout")).toString() === "first\n");
    expect((await bench.rows("select outcome from holdfast.runs where id = $1", [token]))[0]?.outcome).toBeNull();
  });

  it("that comes byte by byte is gathered, not sent byte by byte", async () => {
    const script =
      "let n = 0; const t = setInterval(() => { process.stdout.write('x'); if (++n === 300) clearInterval(t); }, 1);";
    const { launched } = await bench.run({ argv: js(script) });
    const [row] = await bench.rows("select count(*)::int as chunks from holdfast.run_output where run_id = $1", [
      launched.spec.token,
    ]);
    expect((await bench.stored(launched.spec.token, "stdout")).length).toBe(300);
    expect(row?.chunks).toBeLessThan(20);
  });
});
