import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { main } from "../src/main.ts";

const state = mkdtempSync(join(tmpdir(), "holdfast-cli-"));
afterAll(() => rmSync(state, { recursive: true, force: true }));

async function holdfast(args: string[], env: NodeJS.ProcessEnv = {}) {
  let stdout = "";
  let stderr = "";
  const exitCode = await main(args, {
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    stdin: (async function* () {})(),
    env: { HOLDFAST_STATE: state, ...env },
    cwd: state,
  });
  return { exitCode, stdout, stderr };
}

const COMMANDS = [
  "status run enqueue jobs job logs cancel kill retry rerun approve reject release discard",
  "approvals quarantine dead-letters redrive dismiss costs stop verbs",
  "queues pause resume limit drain workers kinds snapshot up down worker supervisor migrate login logout whoami",
].flatMap((line) => line.split(" "));

const GROUPED = [
  ["doctor", "connection"],
  ["schedule", "list enable disable run windows"],
  ["budget", "list set raise adjust"],
  ["stop", "release report"],
  ["incidents", "list show open tick contain close"],
  ["ledger", "verify export anchor"],
].flatMap(([group, names = ""]) => names.split(" ").map((name) => `${group} ${name}`));

describe("every command", () => {
  test.each([...COMMANDS, ...GROUPED])("%s has a --help with an example, and takes --json", async (name) => {
    const { exitCode, stdout } = await holdfast([...name.split(" "), "--help"]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/Example:\n {2}\$ /);
    expect(stdout).toContain("--json");
  });

  test("is listed in holdfast --help", async () => {
    const { exitCode, stdout } = await holdfast(["--help"]);
    expect(exitCode).toBe(0);
    for (const name of COMMANDS) expect(stdout).toMatch(new RegExp(`^ {2}${name}\\b`, "m"));
  });
});

describe("a wrong command line", () => {
  test.each([
    [["nonsense"], /unknown command 'nonsense'/],
    [["jobs", "--nonsense"], /unknown option '--nonsense'/],
    [["jobs", "--limit", "0"], /--limit.*whole number of at least 1/s],
    [["jobs", "--state", "sleeping"], /there is no state "sleeping"/],
    [["job"], /missing required argument 'id'/],
    [["job", "abc"], /"abc" is not the id of a job/],
    [["run"], /missing required argument 'command'/],
    [["pause", "planet", "x"], /planet.*invalid.*queue, lane/s],
    [["status", "--as", "root"], /root.*invalid.*owner/s],
    [["logs"], /name a run, or a job/],
    [["logs", "1", "--job", "2"], /name a run, or a job/],
  ])("%j ends with 2 and says what is wrong", async (args, message) => {
    const { exitCode, stdout, stderr } = await holdfast(args);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(message);
    expect(stdout).toBe("");
  });

  test.each([
    [["enqueue", "hello", "--payload", "{oops"], /--payload is not JSON/],
    [["enqueue", "hello", "--payload", "@missing.json"], /missing\.json cannot be read \(ENOENT\)/],
    [["enqueue", "hello", "--run-at", "soon"], /--run-at "soon" is neither a time nor a delay/],
    [["enqueue", "hello", "--timeout=-5m"], /--timeout "-5m" is not a duration/],
    [["enqueue", "hello", "--attempts", "0"], /--attempts.*at least 1/s],
    [["enqueue", "hello", "--label", "novalue"], /--label.*key=value/s],
    [["cancel", "12x"], /"12x" is not the id of a job/],
  ])("%j is refused before anything is reached", async (args, message) => {
    const { exitCode, stderr } = await holdfast(args);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/do: /);
  });

  test("needs HOLDFAST_KEY beside HOLDFAST_URL", async () => {
    const { exitCode, stderr } = await holdfast(["status"], { HOLDFAST_URL: "https://x.supabase.co" });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/HOLDFAST_URL is set but HOLDFAST_KEY is not/);
  });
});

describe("without a stack", () => {
  test.each([["status"], ["jobs"], ["run", "--", "true"]])(
    "%s ends with 3 and says how to start one",
    async (...args) => {
      const { exitCode, stderr } = await holdfast(args);
      expect(exitCode).toBe(3);
      expect(stderr).toContain(
        "no local stack is running: start it with holdfast up (or npm start), or set HOLDFAST_URL",
      );
    },
  );

  test("a project that does not answer ends with 3", async () => {
    const { exitCode, stderr } = await holdfast(["login", "--email", "a@b.c", "--password-stdin"], {
      HOLDFAST_URL: "http://127.0.0.1:9",
      HOLDFAST_KEY: "sb_publishable_x",
    });
    expect(stderr).toMatch(/does not answer/);
    expect(exitCode).toBe(3);
  });

  test("doctor refuses the transaction pooler with its remedy, and never prints the password", async () => {
    const url = "postgres://postgres:s3cret@db.example.supabase.co:6543/postgres";
    const { exitCode, stdout, stderr } = await holdfast(["doctor", "connection", url]);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/FAIL kind of connection — port 6543 is a transaction pooler/);
    expect(stdout).toMatch(/do: use the direct connection or the session pooler/);
    expect(stdout + stderr).not.toContain("s3cret");
  });

  test("doctor says that nothing listens there", async () => {
    const { exitCode, stdout } = await holdfast([
      "doctor",
      "connection",
      "postgres://u:p@127.0.0.1:9/postgres",
      "--json",
    ]);
    expect(exitCode).toBe(1);
    const { ok, findings } = JSON.parse(stdout);
    expect(ok).toBe(false);
    expect(findings.at(-1)).toMatchObject({ ok: false, what: "network", evidence: "nothing listens at 127.0.0.1:9" });
  });

  test.each(["migrate", "worker", "supervisor"])("%s refuses port 6543 with exit code 2", async (name) => {
    const { exitCode, stderr } = await holdfast([
      name,
      "--database-url",
      "postgres://postgres:s3cret@h.example:6543/postgres",
    ]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/transaction pooler/);
    expect(stderr).not.toContain("s3cret");
  });
});
