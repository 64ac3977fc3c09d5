import type { HostRun } from "@holdfast/db";
import { processStarted } from "@holdfast/runner";
import { describe, expect, it } from "vitest";
import { CommandRuns } from "../src/commands/command-runs.ts";
import { HostWatch } from "../src/host/host-watch.ts";
import { Slots } from "../src/leases/slots.ts";
import { testLog } from "./support/test-log.ts";

/** A run whose runner lives (it is this process) and whose worker is gone. */
const orphaned = (token: number): HostRun => ({
  ...{ token, job_id: token, mode: "command", worker_id: 1, worker_pid: null, worker_started: null },
  ...{ worker_alive: false, runner_pid: process.pid, runner_started: processStarted(process.pid) },
  ...{ command_pid: null, command_started: null, run_directory: null, expires_at: new Date() },
});

function officeOf(answer: (text: string) => object[]) {
  const log = testLog();
  const db = { query: async ({ text }: { text: string }) => ({ rows: answer(text) }) };
  const [commands, commandSlots] = [new CommandRuns(), new Slots(1)];
  const { signal } = new AbortController();
  const who = { host: "box", bootId: "boot", workerId: 2 };
  return {
    office: { db, commands, commandSlots, signal, logger: log.logger, ...who } as never,
    log,
    commands,
    commandSlots,
  };
}

describe("the host watch", () => {
  it("answers only for the commands that it really adopted", async () => {
    const { office, commands, commandSlots } = officeOf((text) => {
      if (text.includes("adopt_runs")) return [{ token: 8 }];
      return text.includes("host_runs") ? [7, 8, 9].map(orphaned) : [];
    });
    using watch = new HostWatch(office);
    await watch.look();
    expect([7, 8, 9].map((token) => commands.get(token)?.adopted)).toEqual([undefined, true, undefined]);
    expect(commandSlots.taken).toBe(1);
  });

  it.each([
    { code: "ECONNREFUSED", level: 20 },
    { code: "42883", level: 40 },
  ])("logs a round that failed with $code at level $level", async ({ code, level }) => {
    const { office, log } = officeOf(() => {
      throw Object.assign(new Error("x"), { code });
    });
    using watch = new HostWatch(office);
    await watch.look();
    expect(log.lines).toMatchObject([{ level, msg: "the host watch could not finish its round" }]);
  });
});
