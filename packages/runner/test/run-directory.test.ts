import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createRunDirectory, InvalidSpecError, parseRunSpec, type RunSpec } from "../src/index.ts";
import { RunnerBench } from "./support/runner-bench.ts";

const spec: RunSpec = {
  token: 42,
  job_id: 7,
  attempt: 1,
  workspace: "local",
  kind: "command",
  name: null,
  host: "box-7",
  timeout_seconds: 60,
  ttl_seconds: 15,
  heartbeat_seconds: 5,
  idempotency_key: null,
  command: {
    program: "true",
    args: ["a"],
    env: [],
    cwd: null,
    roots: [],
    pty: false,
    columns: 80,
    rows: 24,
    grace_seconds: 10,
  },
};

describe("a run directory", () => {
  const state = mkdtempSync(join(tmpdir(), "holdfast-state-"));
  afterAll(() => rmSync(state, { recursive: true }));

  it("is private, lies under the day in UTC, and holds the spec", () => {
    const directory = createRunDirectory(state, spec, new Date("2026-03-04T23:30:00Z"));
    expect(directory).toBe(join(state, "runs/2026/03/04/42"));
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(statSync(join(directory, "spec.json")).mode & 0o777).toBe(0o600);
    expect(parseRunSpec(readFileSync(join(directory, "spec.json"), "utf8"))).toEqual(spec);
  });

  it("is never used twice: a token that comes again gets another one", () => {
    const day = new Date("2026-05-06T00:00:00Z");
    const made = [1, 2, 3].map(() => createRunDirectory(state, spec, day));
    expect(made.map((path) => path.slice(path.lastIndexOf("/") + 1))).toEqual(["42", "42-2", "42-3"]);
  });
});

describe("a spec", () => {
  it.each([
    ["token", { ...spec, token: "42" }, 'spec.json: token must be an integer of at least 1, found "42"'],
    ["timeout_seconds", { ...spec, timeout_seconds: -1 }, "timeout_seconds must be an integer of at least 1, found -1"],
    ["program", { ...spec, command: { ...spec.command, program: "" } }, "program must be a text that is not empty"],
    ["args", { ...spec, command: { ...spec.command, args: ["a", 1] } }, "args must be an array of texts"],
    ["args with NUL", { ...spec, command: { ...spec.command, args: ["a\0b"] } }, "args must not contain a NUL byte"],
    ["command", { ...spec, command: null }, "command must be an object, found null"],
    ["columns", { ...spec, command: { ...spec.command, columns: 0 } }, "columns must be an integer of at least 1"],
  ])("with a bad %s is refused, naming the field and the rule", (_, bad, message) => {
    expect(() => parseRunSpec(JSON.stringify(bad))).toThrow(InvalidSpecError);
    expect(() => parseRunSpec(JSON.stringify(bad))).toThrow(message);
  });

  it("that is not JSON is refused", () => {
    expect(() => parseRunSpec("{")).toThrow("spec.json is not JSON");
  });

  describe("that a runner cannot use", () => {
    let bench: RunnerBench;
    beforeAll(async () => {
      bench = await RunnerBench.open();
    });
    afterAll(() => bench?.[Symbol.asyncDispose]());

    it("fails the run for good with that reason", async () => {
      const { run, code, job } = await bench.run({ argv: ["true"], command: { args: ["a\0b"] } });
      expect(code).toBe(2);
      expect(run).toMatchObject({ outcome: "failed", error_class: "invalid_spec" });
      expect(run.error_message).toContain("args must not contain a NUL byte");
      expect(job.state).toBe("failed");
    });
  });
});

describe("twenty runners at once", () => {
  let bench: RunnerBench;
  beforeAll(async () => {
    bench = await RunnerBench.open();
  });
  afterAll(() => bench?.[Symbol.asyncDispose]());

  it("all finish, each with exactly its own output", async () => {
    const numbers = Array.from({ length: 20 }, (_, i) => i + 1);
    const launched = await Promise.all(
      numbers.map((n) =>
        bench.launch({ argv: ["sh", "-c", `seq ${n}00000 ${n}02000`], command: { pty: n % 2 === 0 } }),
      ),
    );
    for (const [index, runner] of launched.entries()) {
      const n = index + 1;
      const { run } = await bench.finish(runner);
      expect(run.outcome).toBe("completed");
      const stored = (await bench.stored(runner.spec.token, n % 2 === 0 ? "raw" : "stdout")).toString();
      expect(stored.replaceAll("\r", "")).toBe(
        `${Array.from({ length: 2001 }, (_, i) => n * 100000 + i).join("\n")}\n`,
      );
    }
  });
});
