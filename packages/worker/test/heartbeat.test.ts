import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FunctionRuns } from "../src/functions/function-runs.ts";
import { Heartbeat } from "../src/leases/heartbeat.ts";
import { testLog } from "./support/test-log.ts";

const WARN = 40;
const ERROR = 50;
const away = () => Object.assign(new Error("away"), { code: "ECONNREFUSED" });
const broken = () => Object.assign(new Error("no such function"), { code: "42883" });

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A heartbeat whose database answers with what `answer` says at that moment. */
function beating() {
  const log = testLog();
  const functions = new FunctionRuns();
  const state = { answer: async (): Promise<unknown> => ({ rows: [] }) };
  const office = { db: { query: () => state.answer() }, workerId: 1, functions, logger: log.logger };
  const heartbeat = new Heartbeat({
    office: office as never,
    every: 5_000,
    registration: {} as never,
    onDrain: () => undefined,
  });
  const levels = (level: number) => log.lines.filter((line) => line.level === level).map((line) => line.msg);
  return {
    state,
    log,
    levels,
    [Symbol.dispose]() {
      heartbeat[Symbol.dispose]();
      functions[Symbol.dispose]();
    },
  };
}

describe("a heartbeat", () => {
  it("that fails because the database is away is no news, and says so once after 15 s", async () => {
    using worker = beating();
    worker.state.answer = () => Promise.reject(away());
    await vi.advanceTimersByTimeAsync(14_000);
    expect([...worker.levels(WARN), ...worker.levels(ERROR)]).toEqual([]);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(worker.levels(ERROR)).toEqual(["no heartbeat was answered: leases may expire, jobs run elsewhere"]);
    worker.state.answer = async () => ({ rows: [] });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(worker.log.messages()).toContain("heartbeats are answered again");
    worker.state.answer = () => Promise.reject(away());
    await vi.advanceTimersByTimeAsync(60_000);
    expect(worker.levels(ERROR)).toHaveLength(2);
    expect(worker.levels(WARN)).toEqual([]);
  });

  it("says so as well while one beat waits for its answer all the time", async () => {
    using worker = beating();
    worker.state.answer = () => new Promise(() => undefined);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(worker.levels(ERROR)).toHaveLength(1);
  });

  it("that fails for another reason is a warning", async () => {
    using worker = beating();
    worker.state.answer = () => Promise.reject(broken());
    await vi.advanceTimersByTimeAsync(5_000);
    expect(worker.levels(WARN)).toEqual(["a heartbeat failed"]);
  });

  it("that is answered is never called silent", async () => {
    using worker = beating();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(worker.log.lines).toEqual([]);
  });
});
