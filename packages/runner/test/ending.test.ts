import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { isSameProcess, wakeRunner } from "../src/index.ts";
import { gone, pidFrom } from "./support/processes.ts";
import { js, sh } from "./support/programs.ts";
import { type Launched, RunnerBench, readStatus, until } from "./support/runner-bench.ts";

let bench: RunnerBench;
beforeAll(async () => {
  bench = await RunnerBench.open();
});
afterAll(() => bench?.[Symbol.asyncDispose]());

const file = (name: string) => join(bench.stateDirectory, name);
const running = (launched: Launched) =>
  until("the command runs", () => readStatus(launched.runDirectory).state === "running");

/** Gives a verdict as the database does, and wakes the runner as its worker does. */
async function verdict(launched: Launched, said: "cancel" | "kill" | "stop"): Promise<void> {
  await bench.rows("update holdfast.leases set verdict = $2 where token = $1", [launched.spec.token, said]);
  const { pid, pidStarted, runDirectory } = launched;
  expect(await wakeRunner({ pid, started: pidStarted ?? "", runDirectory })).toBe(true);
}

describe("the timeout", () => {
  it.each([false, true])("ends the whole tree, also a grandchild in a session of its own (pty: %s)", async (pty) => {
    const own = file(`grandchild-${pty}`);
    const launched = await bench.launch({
      argv: sh(
        `setsid sh -c 'trap "" TERM HUP; echo $$ > ${own}; while :; do sleep 0.1; done' & echo up; wait; sleep 60`,
      ),
      command: { pty, grace_seconds: 0.3 },
      spec: { timeout_seconds: 1 },
    });
    const grandchild = await pidFrom(own);
    const { run } = await bench.finish(launched);
    expect(run).toMatchObject({ outcome: "timed_out", error_class: "timeout", error_message: "timed out after 1 s" });
    await gone("the grandchild", grandchild, 1_000);
  });

  it("gives a command that handles SIGTERM its grace, and keeps its last words", async () => {
    const argv = sh('trap "echo goodbye; exit 3" TERM; echo up; while :; do sleep 0.05; done');
    const { run, launched } = await bench.run({ argv, spec: { timeout_seconds: 1 } });
    expect(run).toMatchObject({ outcome: "timed_out", exit_code: 3, signal: null });
    expect((await bench.stored(launched.spec.token, "stdout")).toString()).toBe("up\ngoodbye\n");
  });

  it("ends a command that was stopped", async () => {
    const { run } = await bench.run({
      argv: sh("kill -STOP $$"),
      spec: { timeout_seconds: 1 },
      command: { grace_seconds: 5 },
    });
    expect(run).toMatchObject({ outcome: "timed_out", signal: "SIGTERM" });
  });
});

describe("a verdict", () => {
  it("cancel reaches the command within 200 ms of SIGUSR2, and the run ends canceled", async () => {
    const launched = await bench.launch({ argv: ["sleep", "60"] });
    await running(launched);
    const { command_pid: pid = 0, command_started: started } = readStatus(launched.runDirectory);
    const begun = performance.now();
    await verdict(launched, "cancel");
    await gone("the command", { pid, started: started ?? "" }, 2_000);
    const took = performance.now() - begun;
    const { run, job } = await bench.finish(launched);
    console.info(`cancel reached the command after ${took.toFixed(0)} ms`);
    expect(took).toBeLessThan(200);
    expect(run).toMatchObject({ outcome: "canceled", signal: "SIGTERM" });
    expect(job.state).toBe("canceled");
  });

  it("cancel grants the grace, and kill after it does not", async () => {
    const launched = await bench.launch({
      argv: sh('trap "" TERM; echo up; while :; do sleep 0.05; done'),
      command: { grace_seconds: 60 },
    });
    await until("it ignores SIGTERM", async () => (await bench.stored(launched.spec.token, "stdout")).length > 0);
    await verdict(launched, "cancel");
    await until(
      "cancel was heard",
      async () => (await bench.rows("select from holdfast.leases where token = $1", [launched.spec.token])).length,
    );
    await verdict(launched, "kill");
    expect((await bench.finish(launched)).run).toMatchObject({ outcome: "canceled", signal: "SIGKILL" });
  });

  it("stop ends the run as stopped", async () => {
    const launched = await bench.launch({ argv: ["sleep", "60"] });
    await running(launched);
    await verdict(launched, "stop");
    expect((await bench.finish(launched)).run).toMatchObject({ outcome: "stopped", signal: "SIGTERM" });
  });

  it("is heard by a runner that is only just starting", async () => {
    const launched = await bench.launch({ argv: ["sleep", "60"] });
    await verdict(launched, "kill");
    expect((await bench.finish(launched)).run.outcome).toBe("canceled");
  });

  it("is heard with the next heartbeat when nobody wakes the runner", async () => {
    const launched = await bench.launch({ argv: ["sleep", "60"], spec: { heartbeat_seconds: 0.3 } });
    await running(launched);
    await bench.rows("update holdfast.leases set verdict = 'kill' where token = $1", [launched.spec.token]);
    expect((await bench.finish(launched)).run).toMatchObject({ outcome: "canceled", signal: "SIGKILL" });
  });

  it("that comes when the command has already ended changes nothing", async () => {
    const launched = await bench.launch({ argv: ["true"] });
    await launched.exited;
    expect(
      await wakeRunner({ pid: launched.pid, started: launched.pidStarted ?? "", runDirectory: launched.runDirectory }),
    ).toBe(false);
    expect((await bench.finish(launched)).run.outcome).toBe("completed");
  });
});

describe("the end of a command", () => {
  it("is the end of a child that holds its output open", async () => {
    const own = file("holder");
    const begun = performance.now();
    const launched = await bench.launch({
      argv: sh(
        `sh -c 'trap "" TERM; echo $$ > ${own}; while :; do sleep 0.1; done' & while ! test -s ${own}; do sleep 0.02; done; echo done`,
      ),
    });
    const { run, status } = await bench.finish(launched);
    expect(performance.now() - begun).toBeLessThan(8_000);
    expect(run.outcome).toBe("completed");
    expect(status.left_behind).toBeGreaterThan(0);
    expect((await bench.stored(launched.spec.token, "stdout")).toString()).toBe("done\n");
  });

  it("is the end of a daemon that left its session and its parent", async () => {
    const own = file("daemon");
    const launched = await bench.launch({
      argv: sh(
        `(setsid sh -c 'echo $$ > ${own}; exec sleep 60' > /dev/null 2>&1 &) ; while ! test -s ${own}; do sleep 0.02; done; sleep 0.3`,
      ),
    });
    const daemon = await pidFrom(own);
    const { run, status } = await bench.finish(launched);
    expect(run.outcome).toBe("completed");
    expect(status.left_behind).toBe(1);
    expect(isSameProcess(daemon.pid, daemon.started)).toBe(false);
  });

  it("keeps everything a busy writer wrote before it", async () => {
    const script =
      "const b = Buffer.alloc(300000, 'y'); require('fs').writeSync(1, b); require('fs').writeSync(1, 'end'); process.kill(process.pid, 'SIGKILL')";
    const { run, launched } = await bench.run({ argv: js(script) });
    expect(run.signal).toBe("SIGKILL");
    expect((await bench.stored(launched.spec.token, "stdout")).length).toBe(300003);
  });
});

describe("SIGTERM to the runner", () => {
  it("ends the command with grace and fails the run so that it may be tried again", async () => {
    const launched = await bench.launch({ argv: ["sleep", "60"] });
    await running(launched);
    process.kill(launched.pid, "SIGTERM");
    const { run, job } = await bench.finish(launched);
    expect(run).toMatchObject({ outcome: "failed", error_class: "runner_terminated", signal: "SIGTERM" });
    expect(job.state).not.toBe("failed");
  });

  it("is different from SIGHUP, which it does not notice", async () => {
    const launched = await bench.launch({ argv: sh("sleep 0.5; echo still here") });
    await running(launched);
    process.kill(launched.pid, "SIGHUP");
    expect((await bench.finish(launched)).run.outcome).toBe("completed");
  });
});
