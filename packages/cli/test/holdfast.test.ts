import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHoldfast, type Job, signIn } from "@holdfast/client";
import { createTestStack } from "@holdfast/testing";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { readStatus } from "../src/status/read-status.ts";
import type { StatusReport } from "../src/status/status-report.ts";
import { Cli, startWorker, type TestStack } from "./support/spawn-cli.ts";

let stack: TestStack;
let worker: AsyncDisposable;
let cli: Cli;
const folder = mkdtempSync(join(tmpdir(), "holdfast-run-"));

beforeAll(async () => {
  stack = await createTestStack();
  cli = new Cli(stack);
  const before = await cli.json<StatusReport>("status");
  expect(before.now).toMatchObject({ worker_label: "WORKER NOT RUNNING", supervisor_label: "NOT VERIFIED" });
  worker = startWorker(stack);
  await vi.waitUntil(async () => (await cli.json<StatusReport>("status")).now.worker_label === "LIVE", {
    timeout: 30_000,
  });
});
afterAll(async () => {
  await worker?.[Symbol.asyncDispose]();
  await stack?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** The id that `… --detach` or `enqueue` printed. */
async function idOf(...args: string[]): Promise<string> {
  const { stdout, stderr, exitCode } = await cli.run(args, { cwd: folder });
  expect(exitCode, stderr).toBe(0);
  expect(stdout).toMatch(/^\d+\n$/);
  return stdout.trim();
}

describe("run", () => {
  test("returns the command's exit code, with stdout and stderr apart and byte for byte", async () => {
    const script = `printf '\\033[2Ja\\000b\\n'; echo oops >&2; exit 7`;
    const { exitCode, stdout, stderr } = await cli.run(["run", "--", "sh", "-c", script], { cwd: folder });
    expect(exitCode).toBe(7);
    expect(stdout).toBe("\u001b[2Ja\u0000b\n");
    expect(stderr).toContain("oops\n");
    expect(stderr).toMatch(/job \d+ failed: exit code 7 \(see: holdfast job \d+\)/);
  });

  test("runs where it was called from", async () => {
    const { stdout } = await cli.run(["run", "--", "pwd"], { cwd: folder });
    expect(stdout.trim()).toBe(folder);
  });

  test("gives the command a terminal when asked to", async () => {
    const { exitCode, stdout } = await cli.run(["run", "--pty", "--", "sh", "-c", "test -t 1 && echo yes"], {
      cwd: folder,
    });
    expect(exitCode).toBe(0);
    expect(stdout).toBe("yes\r\n");
  });

  test("ends with 124 on a timeout, 127 for a missing program, 128 and the signal for a killed one", async () => {
    const codes = await Promise.all([
      cli.run(["run", "--timeout", "1s", "--grace", "1s", "--", "sleep", "60"], { cwd: folder }),
      cli.run(["run", "--", "no-such-program-here"], { cwd: folder }),
      cli.run(["run", "--", "sh", "-c", "kill -9 $$"], { cwd: folder }),
    ]);
    expect(codes.map(({ exitCode }) => exitCode)).toEqual([124, 127, 137]);
    expect(codes[1]?.stderr).toContain("no-such-program-here");
  });

  test("is detached by Ctrl-C: ends with 130, says how to go on, and the job goes on", async () => {
    const go = join(folder, "go");
    const child = cli.start(
      ["run", "--", "sh", "-c", `echo started; while [ ! -e ${go} ]; do sleep 0.1; done; echo ended`],
      folder,
    );
    await new Promise<void>((resolve) => child.stdout?.once("data", () => resolve()));
    child.kill("SIGINT");
    const { exitCode, stderr } = await child.ended;
    expect(exitCode).toBe(130);
    const id = /detached: job (\d+) goes on\./.exec(stderr)?.[1] ?? "";
    expect(stderr).toContain(`holdfast cancel ${id}`);
    expect((await cli.json<{ job: Job }>("job", id)).job.state).toBe("running");
    const following = cli.run(["logs", "-f", "--job", id]);
    writeFileSync(go, "");
    expect((await following).stdout).toBe("started\nended\n");
    expect((await cli.json<{ job: Job }>("job", id)).job).toMatchObject({ state: "completed", attempt: 1 });
  });

  test("with --json prints one document and sends the command's output to stderr", async () => {
    const { stdout, stderr, exitCode } = await cli.run(["run", "--json", "--", "sh", "-c", "echo hello; exit 3"], {
      cwd: folder,
    });
    expect(exitCode).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({ job: { state: "failed" }, run: { exit_code: 3 } });
    expect(stderr).toContain("hello\n");
  });

  test("shows 1 MB of output whole", async () => {
    const { stdout } = await cli.run(["run", "--", "sh", "-c", "yes 0123456789abcde | head -c 1048576"], {
      cwd: folder,
    });
    expect(stdout).toBe("0123456789abcde\n".repeat(65_536));
  });
});

describe("enqueue", () => {
  test("prints the id, and the result with --wait; payload from stdin or a file", async () => {
    const { stdout } = await cli.run(["enqueue", "hello", "--payload", "-", "--wait"], { input: '{"name": "stdin"}' });
    expect(JSON.parse(stdout)).toMatchObject({ greeting: expect.stringContaining("stdin") });
    writeFileSync(join(folder, "payload.json"), '{"name": "file"}');
    await idOf("enqueue", "hello", "--payload", "@payload.json");
  });

  test("returns the job that exists when a key is repeated", async () => {
    const args = ["enqueue", "hello", "--payload", '{"name": "x"}', "--key", "same"];
    expect(await idOf(...args)).toBe(await idOf(...args));
  });

  test("says that a repeated key runs nothing new, and what the job that exists does", async () => {
    const key = ["--key", "one-build"];
    const first = await cli.run(["run", ...key, "--", "echo", "one"], { cwd: folder });
    expect(first.stderr).not.toMatch(/exists already/);
    const again = await cli.run(["run", ...key, "--", "echo", "one"], { cwd: folder });
    expect(again.stderr).toMatch(/job \d+ exists already under this key, and is completed: nothing new is run\njob/);
    const other = await cli.run(["run", ...key, "--", "echo", "two"], { cwd: folder });
    expect(other.stderr).toMatch(
      /nothing new is run\n {2}it was enqueued with another payload: echo one\njob \d+: echo one/,
    );
    expect(other.stdout).toBe("one\n");
  });

  test("with --wait says that the job waits for a person, and Ctrl-C ends the waiting alone", async () => {
    const args = ["enqueue", "hello", "--payload", '{"name": "x"}', "--class", "approval_required", "--wait"];
    const child = cli.start(args, folder);
    let said = "";
    child.stderr?.on("data", (part) => (said += part));
    await expect.poll(() => said, { timeout: 20_000 }).toMatch(/job \d+ is awaiting approval: see what it needs/);
    child.kill("SIGINT");
    const { exitCode, stderr } = await child.ended;
    expect(exitCode).toBe(130);
    const id = /detached: job (\d+) goes on/.exec(stderr)?.[1] ?? "";
    expect((await cli.json<{ job: Job }>("job", id)).job.state).toBe("awaiting_approval");
    await cli.run(["cancel", id]);
  });

  test("with --wait says that no worker is there to take the job", async () => {
    const child = cli.start(["enqueue", "hello", "--payload", '{"name": "x"}', "--lane", "eval", "--wait"], folder);
    let said = "";
    child.stderr?.on("data", (part) => (said += part));
    await expect.poll(() => said, { timeout: 20_000 }).toMatch(/WORKER NOT RUNNING: job \d+ waits/);
    child.kill("SIGINT");
    await cli.run(["cancel", /detached: job (\d+)/.exec((await child.ended).stderr)?.[1] ?? ""]);
  });

  test.each([
    [["hello", "--payload", "{}"], 2, "invalid_payload"],
    [["nonsense"], 2, "unknown_kind"],
    [["hello", "--payload", '{"name":"x"}', "--queue", "nope"], 2, "unknown_queue"],
    [["hello", "--payload", '{"name":"x"}', "--run-at", "9999-01-01"], 2, "bad_run_at"],
    [["hello", "--payload", '{"name":"x"}', "--depends-on", "999999"], 2, "unknown_job"],
    [["hello", "--payload", '{"name":"x"}', "--as", "viewer"], 1, "not_permitted"],
    [["hello", "--payload", '{"name":"x"}', "--workspace", "elsewhere"], 2, "unknown_workspace"],
  ])("refuses %j with rule and remedy, and adds nothing", async (args, code, rule) => {
    const before = (await cli.json<Job[]>("jobs", "--all")).length;
    const { exitCode, stdout, stderr } = await cli.run(["enqueue", ...args]);
    expect(exitCode).toBe(code);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^error: .+\n {2}rule: holdfast\.\w+\n {2}do: .+\n$/);
    expect(stderr).toContain(`rule: holdfast.${rule}\n`);
    expect((await cli.json<Job[]>("jobs", "--all")).length).toBe(before);
  });
});

describe("jobs", () => {
  test.each([
    ["--queue", /there is no queue "nope"\n {2}do: the queues are .*primary/],
    ["--lane", /there is no lane "nope"\n {2}do: the lanes are .*default/],
    ["--kind", /there is no kind "nope"\n {2}do: the kinds are .*hello/],
    ["--class", /there is no class "nope"\n {2}do: the classes are .*small/],
  ])("refuses a %s that does not exist, listing those that do", async (option, message) => {
    const { exitCode, stderr } = await cli.run(["jobs", option, "nope"]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(message);
    expect((await cli.run(["jobs", "--queue", "alert"])).stdout).toBe("no jobs match\n");
  });
});

describe("job", () => {
  test("shows what a run cost, and that a folder is no program", async () => {
    const cost = await cli.run(["run", "--", "sh", "-c", "echo ::holdfast cost=0.12 unit=usd"], { cwd: folder });
    expect((await cli.run(["job", /job (\d+)/.exec(cost.stderr)?.[1] ?? ""])).stdout).toMatch(
      / cost +error\n.* 0\.12 /,
    );
    const { exitCode, stderr } = await cli.run(["run", "--", folder], { cwd: folder });
    expect(exitCode).toBe(126);
    expect(stderr).toContain(`"${folder}" is a directory, not a program`);
  });
});

describe("acts", () => {
  test("cancel ends a waiting job; one refusal among several does not keep the others from it", async () => {
    const id = await idOf("enqueue", "hello", "--payload", '{"name":"x"}', "--run-at", "1h");
    const { exitCode, stdout, stderr } = await cli.run(["cancel", "999999", id, "--reason", "test"]);
    expect(exitCode).toBe(2);
    expect(stdout).toBe(`job ${id} is canceled\n`);
    expect(stderr).toContain("rule: holdfast.unknown_job");
  });

  test("kill ends a running command at once, and rerun makes a new job", async () => {
    const id = await idOf("run", "--detach", "--", "sleep", "600");
    await expect
      .poll(async () => (await cli.json<{ job: Job }>("job", id)).job.state, { timeout: 20_000 })
      .toBe("running");
    expect((await cli.run(["kill", id])).stdout).toMatch(/asked to end at once/);
    await expect
      .poll(async () => (await cli.json<{ job: Job }>("job", id)).job.state, { timeout: 20_000 })
      .toBe("canceled");
    const made = /made anew as job (\d+)/.exec((await cli.run(["rerun", id])).stdout)?.[1] ?? "";
    expect((await cli.run(["cancel", made])).exitCode).toBe(0);
  });

  test("drain takes no reason to wait for what runs, and one to end it at once", async () => {
    const gone = "There is no worker 999999 at work";
    expect((await cli.run(["drain", "999999"])).stderr).toContain(gone);
    expect((await cli.run(["drain", "999999", "--kill"])).stderr).toContain("rule: holdfast.reason_required");
    expect((await cli.run(["drain", "999999", "--kill", "--reason", "it thrashes"])).stderr).toContain(gone);
  });

  test("pause holds a queue with a reason that status and job tell; resume lets it go", async () => {
    expect((await cli.run(["pause", "queue", "report"])).stderr).toContain("rule: holdfast.reason_required");
    expect((await cli.run(["pause", "queue", "report", "--reason", "full moon"])).stdout).toBe("queue report paused\n");
    const id = await idOf("enqueue", "hello", "--payload", '{"name":"x"}', "--queue", "report");
    expect((await cli.run(["status"])).stdout).toMatch(/queue report paused .* full moon/);
    expect((await cli.run(["job", id])).stdout).toMatch(/queued: queue report is paused by .*: full moon/);
    expect((await cli.run(["queues"])).stdout).toMatch(/report +paused/);
    await cli.run(["resume", "queue", "report"]);
    await expect
      .poll(async () => (await cli.json<{ job: Job }>("job", id)).job.state, { timeout: 20_000 })
      .toBe("completed");
  });

  test("job lists what one may do, each with its command", async () => {
    const { stdout } = await cli
      .run(["run", "--", "false"], { cwd: folder })
      .then(async ({ stderr }) => cli.run(["job", /job (\d+)/.exec(stderr)?.[1] ?? ""]));
    expect(stdout).toMatch(
      /you may\n {2}holdfast quarantine \d+ .*\n {2}holdfast rerun \d+ .*\n {2}holdfast retry \d+ /,
    );
  });
});

describe("status", () => {
  test("answers the five questions, reading for less than a second", async () => {
    await cli.run(["run", "--name", "first-fails", "--", "sh", "-c", "exit 9"], { cwd: folder });
    const running = await idOf("run", "--detach", "--name", "long-one", "--", "sleep", "600");
    const waiting = await idOf(
      "enqueue",
      "hello",
      "--payload",
      '{"name":"x"}',
      "--run-at",
      "1h",
      "--name",
      "later-one",
    );
    await expect
      .poll(async () => (await cli.json<{ job: Job }>("job", running)).job.state, { timeout: 20_000 })
      .toBe("running");
    const { stdout } = await cli.run(["status"]);
    const project = { url: stack.apiUrl, key: stack.publishableKey };
    const { accessToken } = await signIn({ ...project, ...stack.users.viewer });
    const times: number[] = [];
    for (let turn = 0; turn < 5; turn++) {
      const began = performance.now();
      await readStatus(createHoldfast({ ...project, accessToken }, { workspace: "local" }));
      times.push(performance.now() - began);
    }
    expect(stdout).toMatch(/worker +LIVE/);
    expect(stdout).toMatch(/supervisor +LIVE .*every duty in time/);
    expect(stdout).toMatch(new RegExp(`running\\n.*\\n +${running} +long-one`));
    expect(stdout).toMatch(new RegExp(`${waiting} +later-one .*is due at`));
    expect(stdout).toMatch(/exit code 9 \(exit_code\)/);
    // The fastest of a few: the machine may be busy with other tests.
    expect(Math.min(...times)).toBeLessThan(1000);
    await cli.run(["cancel", waiting]);
    await cli.run(["kill", running]);
  });
});

describe("snapshot", () => {
  test("carries status, events and the tails of failures, and no secrets", async () => {
    const secrets = [
      "postgres://admin:hunter2secret@db.example/x",
      "sb_secret_abcdefghijklmnop",
      "password=correcthorse",
      stack.users.owner.password,
    ];
    const script = `echo ${secrets.slice(0, 3).join("; echo ")}; exit 11`;
    await cli.run(["run", "--name", "leaky", "--", "sh", "-c", script], { cwd: folder });
    const path = join(folder, "snapshot.md");
    expect((await cli.run(["snapshot", "-o", path])).exitCode).toBe(0);
    const text = readFileSync(path, "utf8");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(text).toMatch(/### Job \d+: command, leaky/);
    expect(text).toContain("postgres://admin:[redacted]@db.example/x");
    expect(text).toMatch(/job\.enqueued/);
    for (const secret of ["hunter2secret", "abcdefghijklmnop", "correcthorse", stack.users.owner.password]) {
      expect(text).not.toContain(secret);
    }
    const document = JSON.stringify(await cli.json<object>("snapshot"));
    expect(document).not.toMatch(/hunter2secret|abcdefghijklmnop|correcthorse/);
  });
});

describe("a hosted project", () => {
  const hosted = (state: string) =>
    new Cli(stack, { HOLDFAST_URL: stack.apiUrl, HOLDFAST_KEY: stack.publishableKey, HOLDFAST_STATE: state });

  test("asks for a login, keeps its session in a 0600 file, renews it, and forgets it", async () => {
    const state = join(folder, "hosted");
    const there = hosted(state);
    const refused = await there.run(["whoami"]);
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toMatch(/not signed in.*\n.*\n {2}do: holdfast login/);
    const { email, password } = stack.users.operator;
    expect((await there.run(["login", "--email", email, "--password-stdin"], { input: "wrong\n" })).exitCode).toBe(1);
    expect(
      (await there.run(["login", "--email", email, "--password-stdin"], { input: `${password}\n` })).exitCode,
    ).toBe(0);
    const path = join(state, "sessions", "login.json");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await there.json("whoami")).toMatchObject({ email, role: "operator", place: "hosted" });
    const kept = JSON.parse(readFileSync(path, "utf8"));
    writeFileSync(path, JSON.stringify({ ...kept, accessToken: "ended", expiresAt: 1 }));
    expect(await there.json("whoami")).toMatchObject({ email });
    expect(JSON.parse(readFileSync(path, "utf8")).expiresAt).toBeGreaterThan(Date.now() / 1000);
    await there.run(["logout"]);
    expect((await there.run(["whoami"])).exitCode).toBe(1);
  });
});

describe("doctor connection", () => {
  test("finds nothing wrong with the worker's connection", async () => {
    const { exitCode, stdout } = await cli.run(["doctor", "connection", stack.databaseUrl("holdfast_worker")]);
    expect(stdout).not.toContain("FAIL");
    expect(exitCode).toBe(0);
    expect(stdout.match(/^ok {3}/gm)).toHaveLength(10);
  });

  test("names a wrong password without printing it", async () => {
    const url = stack.databaseUrl("holdfast_worker").replace(/:[^:@/]+@/, ":wr0ngpass@");
    const { exitCode, stdout } = await cli.run(["doctor", "connection", url]);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/FAIL login — the password for role "holdfast_worker" is wrong/);
    expect(stdout).not.toContain("wr0ngpass");
  });

  test("finds a database without Holdfast", async () => {
    const { stdout } = await cli.run(["doctor", "connection", stack.databaseUrl("postgres", "template1")]);
    expect(stdout).toMatch(/FAIL schema holdfast — .*run `holdfast migrate`/);
    expect(stdout).toMatch(/FAIL schema graphile_worker — missing/);
  });
});
