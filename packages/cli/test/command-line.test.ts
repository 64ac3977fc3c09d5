import { spawnSync } from "node:child_process";
import { closeSync, existsSync, mkdtempSync, openSync, rmSync } from "node:fs";
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
    [["enqueue", "hello", "--run-at", "2027-02-30"], /--run-at "2027-02-30" is a day that the calendar does not have/],
    [["enqueue", "hello", "--run-at", "2027-02-29T06:00:00Z"], /a day that the calendar does not have/],
    [["enqueue", "hello", "--run-at", "99999999999d"], /--run-at "99999999999d" is more than ten years/],
    [["enqueue", "hello", "--timeout", "31d"], /--timeout "31d" is more than 30 days/],
    [["enqueue", "hello", "--est-cost", "1e9"], /--est-cost.*from 0 to 99999999/s],
    [["run", "--env", "HOME,HOLDFAST_DATABASE_URL", "--", "true"], /--env.*never passed on/s],
    [["run", "--env", "A=b", "--", "true"], /--env.*names, not values/s],
    [["worker", "--lanes", ""], /--lanes is empty/],
    [["worker", "--lanes", " ,"], /--lanes is empty/],
  ])("%j is refused before anything is reached", async (args, message) => {
    const { exitCode, stderr } = await holdfast(args);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(message);
    expect(stderr).toMatch(/do: /);
  });

  test.each([
    [["status", "--as", "viewer"], {}, /--as works on the local stack only/],
    [["status"], { HOLDFAST_AS: "viewer" }, /HOLDFAST_AS works on the local stack only/],
  ])("%j is not silently somebody else on a hosted project", async (args, env, message) => {
    const hosted = { HOLDFAST_URL: "https://x.supabase.co", HOLDFAST_KEY: "k", ...env };
    const { exitCode, stderr } = await holdfast(args, hosted);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(message);
  });

  test("login without a terminal says which option is missing", async () => {
    const hosted = { HOLDFAST_URL: "https://x.supabase.co", HOLDFAST_KEY: "k" };
    const { exitCode, stderr } = await holdfast(["login"], hosted);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(
      /--email is missing, and there is no terminal to ask for the email on\n {2}do: pass --email/,
    );
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

  test("a state folder that is a file ends with 2 and names the setting", async () => {
    for (const file of ["/etc/passwd", "/etc/passwd/inside"]) {
      const { exitCode, stderr } = await holdfast(["status"], { HOLDFAST_STATE: file });
      expect(exitCode).toBe(2);
      expect(stderr).toMatch(/HOLDFAST_STATE\) is a file, or lies inside one\n.*\n {2}do: set HOLDFAST_STATE/);
    }
  });

  test.each([
    [["status", "--json"], 3, { rule: "holdfast.unreachable", hint: "holdfast up" }],
    [["job", "--json", "abc"], 2, { message: '"abc" is not the id of a job' }],
    [["jobs", "--json", "--nonsense"], 2, { message: "unknown option '--nonsense'" }],
    [["jobs", "--json", "--state", "asleep"], 2, { message: '--state: there is no state "asleep"' }],
  ])("%j has its error as JSON on stderr, and nothing on stdout", async (args, code, error) => {
    const { exitCode, stdout, stderr } = await holdfast(args);
    expect(exitCode).toBe(code);
    expect(stdout).toBe("");
    expect(JSON.parse(stderr).error).toMatchObject({ ...error, exit_code: code });
  });

  test("the --json of a command that is run is not ours", async () => {
    expect((await holdfast(["run", "--", "x", "--json"])).stderr).toMatch(/^error: no local stack/);
    expect((await holdfast(["run", "x", "--json"])).stderr).toMatch(/^error: no local stack/);
  });

  test.runIf(existsSync("/dev/full"))("a full disk behind stdout is one line, not a stack trace", () => {
    const full = openSync("/dev/full", "w");
    const main = join(import.meta.dirname, "../src/main.ts");
    const { status, stderr } = spawnSync(process.execPath, [main, "--help"], { stdio: ["ignore", full, "pipe"] });
    closeSync(full);
    expect(status).toBe(1);
    expect(String(stderr)).toMatch(/^error: the output cannot be written: ENOSPC[^\n]*\n {2}do: [^\n]*\n$/);
  });

  test("doctor ends with 2 for what is no connection string", async () => {
    expect((await holdfast(["doctor", "connection", "garbage"])).exitCode).toBe(2);
  });

  test("doctor refuses the transaction pooler with its remedy, and never prints the password", async () => {
    const url = "postgres://postgres:s3cret@db.example.supabase.co:6543/postgres";
    const { exitCode, stdout, stderr } = await holdfast(["doctor", "connection", url]);
    expect(exitCode).toBe(2);
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
