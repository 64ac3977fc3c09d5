import { HoldfastError, UnreachableError } from "@holdfast/client";
import { describe, expect, test } from "vitest";
import { CliError, EXIT, exitCodeOf, formatError, UsageError } from "../src/cli-error.ts";
import { triesOf } from "../src/commands/job.ts";
import { formatDuration, parseDuration } from "../src/terminal/duration.ts";
import { table, widthOf } from "../src/terminal/table.ts";
import { formatTime } from "../src/terminal/time.ts";

describe("durations", () => {
  test.each([
    ["90s", 90],
    ["10m", 600],
    ["2h", 7200],
    ["1h30m", 5400],
    ["1d", 86_400],
    ["45", 45],
  ])("reads %s as %i seconds", (text, seconds) => {
    expect(parseDuration(text, "--timeout")).toBe(seconds);
  });

  test.each(["-5m", "0", "0s", "ten", "5x", "", "1.5h"])("refuses %j, naming the field", (text) => {
    expect(() => parseDuration(text, "--timeout")).toThrow(/--timeout ".*" is not a duration/);
  });

  test("refuses one that is too long, saying how long it may be", () => {
    expect(() => parseDuration("99999999999d", "--since")).toThrow(/--since "99999999999d" is more than 68 years/);
    const most = { seconds: 60, words: "a minute" };
    expect(() => parseDuration("61s", "--x", most)).toThrow(/--x "61s" is more than a minute/);
  });

  test("says spans as people do", () => {
    expect([400, 12_000, 200_000, 7_500_000, 300_000_000].map(formatDuration)).toEqual([
      "0.4s",
      "12s",
      "3m 20s",
      "2h 5m",
      "3d 11h",
    ]);
  });
});

describe("tries", () => {
  test("are counted as SQL counts them: one that was lost with its worker is no failure of the job's", () => {
    expect(triesOf({ attempt: 1, crash_count: 0, max_attempts: 3 })).toBe("attempt 1 of 3");
    expect(triesOf({ attempt: 2, crash_count: 1, max_attempts: 1 })).toBe(
      "attempt 1 of 1 (1 more lost with the worker, not counted)",
    );
  });
});

describe("times", () => {
  const now = Date.parse("2026-11-20T08:00:00Z");

  test("are relative, in both directions, or absolute with --utc", () => {
    expect(formatTime("2026-11-20T07:59:48Z", { utc: false, now })).toBe("12s ago");
    expect(formatTime("2026-11-20T08:05:00Z", { utc: false, now })).toBe("in 5m");
    expect(formatTime("2026-11-20T08:05:00+02:00", { utc: true, now })).toBe("2026-11-20 06:05:00Z");
    expect(formatTime(null, { utc: false, now })).toBe("-");
  });
});

describe("tables", () => {
  const columns = [
    { title: "job", align: "right" as const },
    { title: "name", flexible: true },
  ];

  test("fit the terminal by cutting what is flexible, wide characters counted as two", () => {
    const lines = table(
      columns,
      [
        [7, "日本語の長い名前です"],
        [1234, "short"],
      ],
      { width: 20, colour: false },
    );
    expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(20);
    expect(lines[1]).toContain("…");
  });

  test("keep 120 columns of a cell when stdout is not a terminal, and have no colour then", () => {
    const lines = table(columns, [[7, { text: "x".repeat(300), style: "red" }]], { colour: false });
    expect(lines[1]).toBe(`  7  ${"x".repeat(119)}…`);
  });

  test("show control characters of a name", () => {
    expect(table(columns, [[7, "a\u001b[31mb"]], { colour: true })[1]).toContain("a\\x1b[31mb");
  });
});

describe("errors", () => {
  test("say sentence, rule and remedy on three lines", () => {
    const error = new HoldfastError({
      rule: "unknown_queue",
      status: 404,
      message: "There is no queue x.",
      hint: "The queues are: primary.",
    });
    expect(formatError(error)).toBe(
      "error: There is no queue x.\n  rule: holdfast.unknown_queue\n  do: The queues are: primary.\n",
    );
  });

  test("show control characters of a message", () => {
    expect(formatError(new Error("a\u001b[2Jb"))).toBe("error: a\\x1b[2Jb\n");
  });

  test("end with 2 for bad input, 1 for a refusal, 3 when nothing answers", () => {
    const refused = (status: number) => new HoldfastError({ rule: "x", status, message: "x" });
    expect([400, 404, 413, 422].map((status) => exitCodeOf(refused(status)))).toEqual([2, 2, 2, 2]);
    expect([401, 403, 409].map((status) => exitCodeOf(refused(status)))).toEqual([1, 1, 1]);
    expect(exitCodeOf(new UnreachableError("http://127.0.0.1:1", undefined))).toBe(EXIT.unreachable);
    expect(exitCodeOf(new UsageError("x"))).toBe(EXIT.usage);
    expect(exitCodeOf(new CliError("x", {}))).toBe(EXIT.failed);
  });
});
