import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { megabytes } from "./support/processes.ts";
import { RunnerBench, readStatus, until } from "./support/runner-bench.ts";

let bench: RunnerBench;
beforeAll(async () => {
  bench = await RunnerBench.open();
  await bench.run({ argv: ["true"] }); // compiles the runner once for all
});
afterAll(() => bench?.[Symbol.asyncDispose]());

const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

describe("a runner", () => {
  it("prints how fast it starts and ends (measured, not asserted)", async () => {
    const toCommand: number[] = [];
    const whole: number[] = [];
    for (let i = 0; i < 15; i += 1) {
      const begun = Date.now();
      const launched = await bench.launch({ argv: ["date", "+%s%N"] });
      await launched.exited;
      whole.push(Date.now() - begun);
      const printed = Number((await bench.stored(launched.spec.token, "stdout")).toString()) / 1e6;
      toCommand.push(printed - begun);
    }
    console.info(
      `runner: command started after ${median(toCommand).toFixed(0)} ms, all over after ${median(whole).toFixed(0)} ms (medians of 15)`,
    );
    expect(toCommand).toHaveLength(15);
  });

  it.each([false, true])("stays under 64 MB while its command is quiet (pty: %s)", async (pty) => {
    const launched = await bench.launch({ argv: ["sleep", "60"], command: { pty } });
    await until("the command runs", () => readStatus(launched.runDirectory).state === "running");
    await delay(1_500); // two samples of the process table belong to a quiet life
    const now = megabytes(launched.pid, "VmRSS") ?? 0;
    console.info(`runner with a quiet command (pty ${pty}): ${now.toFixed(0)} MB`);
    expect(now).toBeGreaterThan(20);
    expect(now).toBeLessThan(64);
  });
});
