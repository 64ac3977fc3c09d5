import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RunnerBench } from "./support/runner-bench.ts";

let bench: RunnerBench;
beforeAll(async () => {
  bench = await RunnerBench.open();
});
afterAll(() => bench?.[Symbol.asyncDispose]());

describe("a command", () => {
  it("completes when it exits 0, and its output is stored byte for byte", async () => {
    const { run, job, code, launched, status } = await bench.run({ argv: ["printf", "a\\000b\\377\\033[31mred\\n"] });
    expect(code).toBe(0);
    expect(run).toMatchObject({ outcome: "completed", exit_code: 0, signal: null, stdout_bytes: 13, stderr_bytes: 0 });
    expect(job.state).toBe("completed");
    const expected = Buffer.from("a\0b\xff\x1b[31mred\n", "latin1");
    expect((await bench.stored(launched.spec.token, "stdout")).equals(expected)).toBe(true);
    expect(bench.spooled(launched, "stdout").equals(expected)).toBe(true);
    expect(status).toMatchObject({
      state: "ended",
      outcome: "completed",
      exit_code: 0,
      bytes: { stdout: 13, stderr: 0 },
    });
  });

  it("fails with its exit code when that is not 0", async () => {
    const { run, status } = await bench.run({ argv: ["sh", "-c", "echo to stderr >&2; exit 7"] });
    expect(run).toMatchObject({
      outcome: "failed",
      exit_code: 7,
      error_class: "exit_code",
      error_message: "exit code 7",
    });
    expect(run.stderr_bytes).toBe(10);
    expect(status.exit_code).toBe(7);
  });

  it.each([false, true])("fails with the signal that ended it (pty: %s)", async (pty) => {
    const { run } = await bench.run({ argv: ["sh", "-c", "kill -SEGV $$"], command: { pty } });
    expect(run).toMatchObject({
      outcome: "failed",
      exit_code: null,
      signal: "SIGSEGV",
      error_message: "killed by SIGSEGV",
    });
  });

  it("has real pipes, which a program can open by name", async () => {
    const { run, launched } = await bench.run({
      argv: ["sh", "-c", "echo one > /dev/stdout; echo two > /dev/stderr; cat"],
    });
    expect(run.outcome).toBe("completed");
    expect((await bench.stored(launched.spec.token, "stdout")).toString()).toBe("one\n");
    expect((await bench.stored(launched.spec.token, "stderr")).toString()).toBe("two\n");
  });

  it("has a terminal of the asked size when it wants a pty", async () => {
    const { launched, run } = await bench.run({
      argv: ["sh", "-c", "test -t 0 && stty size && echo $TERM"],
      command: { pty: true, columns: 132, rows: 43 },
    });
    expect(run.outcome).toBe("completed");
    expect((await bench.stored(launched.spec.token, "raw")).toString()).toBe("43 132\r\nxterm-256color\r\n");
  });

  it("sees the base environment, the listed names and which run it is, and never the database", async () => {
    const { launched, runDirectory } = await bench.run({
      argv: ["env"],
      command: { env: ["LISTED"] },
      spec: { idempotency_key: "once" },
      env: { LISTED: "ok", UNLISTED: "hidden", HOLDFAST_DATABASE_URL: "postgres://secret" },
    });
    const { token, job_id } = launched.spec;
    const lines = (await bench.stored(token, "stdout")).toString().trim().split("\n");
    const names = lines.map((line) => line.slice(0, line.indexOf("=")));
    expect(lines).toEqual(
      expect.arrayContaining([
        "LISTED=ok",
        `HOLDFAST_JOB_ID=${job_id}`,
        `HOLDFAST_RUN_ID=${token}`,
        `HOLDFAST_LEASE_TOKEN=${token}`,
        "HOLDFAST_ATTEMPT=1",
        "HOLDFAST_IDEMPOTENCY_KEY=once",
        `HOLDFAST_RUN_DIRECTORY=${runDirectory}`,
      ]),
    );
    expect(names).not.toContain("UNLISTED");
    expect(names).not.toContain("HOLDFAST_DATABASE_URL");
    expect(names.filter((name) => name.startsWith("HOLDFAST_PASS_") || name.startsWith("NODE_"))).toEqual([]);
  });

  it("finds nothing in its runner's environment that leads to the database, however it is printed", async () => {
    const password = decodeURIComponent(new URL(bench.url).password);
    const hidden = { PGPASSWORD: "hidden-in-the-environment" };
    const { run, launched } = await bench.run({
      argv: ["sh", "-c", "tr '\\0' '\\n' < /proc/$PPID/environ > seen; cat seen; rev seen"],
      env: { ...hidden, HOLDFAST_DATABASE_URL: bench.url },
    });
    const printed = (await bench.stored(launched.spec.token, "stdout")).toString();
    expect(run.outcome).toBe("completed");
    expect(printed).toContain("PATH=");
    expect(printed).toContain("=HTAP");
    for (const secret of [password, hidden.PGPASSWORD, "PGPASSWORD", "postgres://"]) {
      expect(secret).not.toBe("");
      expect(printed).not.toContain(secret);
      expect(printed).not.toContain([...secret].reverse().join(""));
    }
    expect(printed).not.toContain("[redacted:");
  });

  it("has a runner that logs in with what its worker's environment adds to the connection string", async () => {
    const url = new URL(bench.url);
    const password = decodeURIComponent(url.password);
    url.password = "";
    const { run } = await bench.run({ argv: ["true"], databaseUrl: url.href, env: { PGPASSWORD: password } });
    expect(run.outcome).toBe("completed");
  });

  it("ran on the host that its worker names, whatever the machine calls itself", async () => {
    const { run, status } = await bench.run({ argv: ["true"], spec: { host: "box-7" } });
    expect(run.host).toBe("box-7");
    expect(status.host).toBe("box-7");
  });

  it("records where it ran, as what, and what it used", async () => {
    const { run, launched } = await bench.run({
      argv: ["sh", "-c", "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done; sleep 0.3"],
    });
    expect(run).toMatchObject({
      runner_pid: launched.pid,
      runner_started: launched.pidStarted,
      run_directory: launched.runDirectory,
    });
    expect(run.program).toMatch(/^\/.*\/sh$/);
    expect(run.command_pid).toBeGreaterThan(0);
    expect(run.command_started).toMatch(/^\d+$/);
    expect(Number(run.cpu_seconds)).toBeGreaterThan(0.05);
    expect(Number(run.memory_bytes)).toBeGreaterThan(500_000);
  });
});

describe("a command that cannot start", () => {
  const final = { outcome: "failed", exit_code: null };

  it("fails for good when its program does not exist, naming it and where it was looked for", async () => {
    const { run, job } = await bench.run({ argv: ["no-such-program"], env: { PATH: "/usr/bin:/bin" } });
    expect(run).toMatchObject({ ...final, error_class: "program_not_found" });
    expect(run.error_message).toContain(
      '"no-such-program" was not found on this host. It is in no directory of PATH: /usr/bin:/bin',
    );
    expect(job).toMatchObject({ state: "failed", attempt: 1 });
  });

  it("fails for good when its program is not executable", async () => {
    const file = join(bench.stateDirectory, "plain.txt");
    writeFileSync(file, "text", { mode: 0o644 });
    const { run } = await bench.run({ argv: [file] });
    expect(run).toMatchObject({ ...final, error_class: "program_not_executable" });
    expect(run.error_message).toContain(file);
  });

  it("fails for good when its program is a directory, and says so", async () => {
    const { run } = await bench.run({ argv: [bench.stateDirectory] });
    expect(run).toMatchObject({ ...final, error_class: "program_not_executable" });
    expect(run.error_message).toContain("is a directory, not a program");
  });

  it("fails for good when a listed variable is missing, naming it", async () => {
    const { run, job } = await bench.run({ argv: ["true"], command: { env: ["NOT_SET_ANYWHERE"] } });
    expect(run).toMatchObject({ ...final, error_class: "environment_missing" });
    expect(run.error_message).toContain("NOT_SET_ANYWHERE");
    expect(job.state).toBe("failed");
  });

  it("fails for good when it lists the database URL", async () => {
    const { run } = await bench.run({ argv: ["true"], command: { env: ["HOLDFAST_DATABASE_URL"] } });
    expect(run).toMatchObject({ ...final, error_class: "environment_forbidden" });
  });

  it("fails when the interpreter of its script is missing", async () => {
    const file = join(bench.stateDirectory, "script");
    writeFileSync(file, "#!/no/such/interpreter\n", { mode: 0o755 });
    const { run } = await bench.run({ argv: [file] });
    expect(run).toMatchObject({ ...final, error_class: "spawn_failed" });
    expect(run.error_message).toContain("interpreter");
  });
});

describe("the working directory", () => {
  it("may be a directory in a root, also through a symbolic link that stays inside", async () => {
    const root = join(bench.stateDirectory, "root");
    mkdirSync(join(root, "real"), { recursive: true });
    symlinkSync(join(root, "real"), join(root, "link"));
    const { launched, run } = await bench.run({ argv: ["pwd"], command: { cwd: join(root, "link"), roots: [root] } });
    expect((await bench.stored(launched.spec.token, "stdout")).toString()).toBe(`${join(root, "real")}\n`);
    expect(run.cwd).toBe(join(root, "real"));
  });

  it("is the run directory by default, roots or none", async () => {
    const root = join(bench.stateDirectory, "first");
    mkdirSync(root);
    for (const roots of [[root], []]) {
      const { run, runDirectory } = await bench.run({ argv: ["pwd"], command: { roots } });
      expect(run.cwd).toBe(runDirectory);
    }
  });

  it("is refused when a symbolic link leads out of the roots, naming both and the roots", async () => {
    const root = join(bench.stateDirectory, "jail");
    mkdirSync(root);
    symlinkSync("/etc", join(root, "out"));
    const { run, job } = await bench.run({ argv: ["pwd"], command: { cwd: join(root, "out"), roots: [root] } });
    expect(run).toMatchObject({ outcome: "failed", error_class: "cwd_outside_roots", command_pid: null });
    expect(run.error_message).toContain(`${join(root, "out")}, which is really /etc,`);
    expect(run.error_message).toContain(`(${root})`);
    expect(job.state).toBe("failed");
  });

  it("is refused when it only begins like a root", async () => {
    const root = join(bench.stateDirectory, "near");
    mkdirSync(root);
    mkdirSync(`${root}-by`);
    const { run } = await bench.run({ argv: ["pwd"], command: { cwd: `${root}-by`, roots: [root] } });
    expect(run.error_class).toBe("cwd_outside_roots");
  });

  it("is refused when it does not exist", async () => {
    const { run } = await bench.run({ argv: ["pwd"], command: { cwd: "/no/such/place", roots: ["/"] } });
    expect(run).toMatchObject({ outcome: "failed", error_class: "cwd_missing" });
  });
});
