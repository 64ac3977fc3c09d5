import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { takeLeases } from "@holdfast/db";
import { createTestDatabase, type TestDatabase } from "@holdfast/testing";
import {
  type CommandSpec,
  killProcessTree,
  type LaunchedRunner,
  launchRunner,
  type RunSpec,
  type RunStatus,
} from "../../src/index.ts";

/** What a test may say about the run it wants; the rest has defaults that suit a test. */
export interface Wish {
  argv: string[];
  command?: Partial<CommandSpec>;
  spec?: Partial<RunSpec>;
  /** Added to the worker's environment. */
  env?: Record<string, string>;
  databaseUrl?: string;
  stateDirectory?: string;
  /** Changes the spec before the runner gets it. */
  edit?: (spec: RunSpec) => RunSpec;
}

export interface Launched extends LaunchedRunner {
  readonly spec: RunSpec;
}

/** A job's end as the database tells it, with the stored output. */
export interface Finished {
  code: number | null;
  run: Record<string, unknown> & { outcome: string | null };
  job: Record<string, unknown> & { state: string };
  runDirectory: string;
  status: RunStatus;
}

/** A real database, a registered worker and real runners; ends every process it started. */
export class RunnerBench implements AsyncDisposable {
  readonly db: TestDatabase;
  readonly stateDirectory = mkdtempSync(join(tmpdir(), "holdfast-runner-"));
  readonly #worker: number;
  readonly #launched: Launched[] = [];

  private constructor(db: TestDatabase, worker: number) {
    this.db = db;
    this.#worker = worker;
  }

  static async open(): Promise<RunnerBench> {
    const db = await createTestDatabase();
    await db
      .pool()
      .query(
        "insert into holdfast.command_rules (workspace_id, program) select id, '*' from holdfast.workspaces on conflict do nothing",
      );
    const worker = {
      name: "bench",
      host: "bench",
      boot_id: "b",
      pid: process.pid,
      pid_started: "0",
      lanes: ["default"],
      capacity: 100,
    };
    const { rows } = await db
      .pool("holdfast_worker")
      .query("select holdfast_private.register_worker($1) as id", [worker]);
    return new RunnerBench(db, rows[0].id);
  }

  get url(): string {
    return this.db.url("holdfast_worker");
  }

  /** Enqueues a real command job, takes its lease and makes the runner's spec of it. */
  async lease(wish: Wish): Promise<RunSpec> {
    const { rows } = await this.db
      .pool()
      .query(
        "insert into holdfast.jobs (workspace_id, kind, payload, lane) select id, 'command', $1, 'default' from holdfast.workspaces where slug = 'local' returning id",
        [{ argv: wish.argv }],
      );
    const [lease] = await takeLeases(this.db.pool("holdfast_worker"), this.#worker, [rows[0].id]);
    if (!lease) throw new Error(`job ${rows[0].id} was not leased`);
    const [program = "", ...args] = wish.argv;
    const command = {
      program,
      args,
      env: [],
      cwd: null,
      roots: [],
      pty: false,
      columns: 120,
      rows: 40,
      grace_seconds: 10,
      ...wish.command,
    };
    return {
      token: lease.token,
      job_id: lease.job_id,
      attempt: lease.attempt,
      workspace: lease.workspace,
      kind: lease.kind,
      name: lease.name,
      host: null,
      timeout_seconds: 60,
      ttl_seconds: 15,
      heartbeat_seconds: 5,
      idempotency_key: null,
      ...wish.spec,
      command,
    };
  }

  async launch(wish: Wish): Promise<Launched> {
    const leased = await this.lease(wish);
    const spec = wish.edit?.(leased) ?? leased;
    const runner = await launchRunner(spec, {
      stateDirectory: wish.stateDirectory ?? this.stateDirectory,
      databaseUrl: wish.databaseUrl ?? this.url,
      env: { ...process.env, ...wish.env },
    });
    const launched = { ...runner, spec };
    this.#launched.push(launched);
    return launched;
  }

  async finish(launched: Launched): Promise<Finished> {
    const { code } = await launched.exited;
    const [run] = await this.rows("select * from holdfast.runs where id = $1", [launched.spec.token]);
    const [job] = await this.rows("select * from holdfast.jobs where id = $1", [launched.spec.job_id]);
    const { runDirectory } = launched;
    return {
      code,
      run: run as Finished["run"],
      job: job as Finished["job"],
      runDirectory,
      status: statusOf(runDirectory) as RunStatus,
    };
  }

  async run(wish: Wish): Promise<Finished & { launched: Launched }> {
    const launched = await this.launch(wish);
    return { ...(await this.finish(launched)), launched };
  }

  async rows(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    return (await this.db.pool().query(text, values)).rows;
  }

  /** The stored bytes of a stream, put together by offset. */
  async stored(token: number, stream: string): Promise<Buffer> {
    const text =
      "select byte_offset, data from holdfast.run_output where run_id = $1 and stream = $2 order by byte_offset";
    const rows = await this.rows(text, [token, stream]);
    let next = 0;
    for (const row of rows) {
      if (row.byte_offset !== next)
        throw new Error(`stored output has a hole: ${next} expected, ${row.byte_offset} found`);
      next += (row.data as Buffer).length;
    }
    return Buffer.concat(rows.map((row) => row.data as Buffer));
  }

  /** The spool file of a stream. */
  spooled(launched: Launched, stream: string): Buffer {
    return readFileSync(join(launched.runDirectory, `${stream}.log`));
  }

  log(launched: Launched): string {
    return readFileSync(join(launched.runDirectory, "runner.log"), "utf8");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const launched of this.#launched) {
      const command = statusOf(launched.runDirectory);
      if (launched.pidStarted) killProcessTree({ pid: launched.pid, started: launched.pidStarted }, "SIGKILL");
      if (command?.command_pid && command.command_started) {
        const marker = { token: launched.spec.token, runDirectory: launched.runDirectory };
        killProcessTree({ pid: command.command_pid, started: command.command_started, marker }, "SIGKILL");
      }
    }
    await this.db.drop();
    rmSync(this.stateDirectory, { recursive: true, force: true });
  }
}

export function readStatus(runDirectory: string): RunStatus {
  return JSON.parse(readFileSync(join(runDirectory, "status.json"), "utf8")) as RunStatus;
}

function statusOf(runDirectory: string): RunStatus | null {
  try {
    return readStatus(runDirectory);
  } catch {
    return null;
  }
}

/** Polls until a fact holds; throws what was waited for after the time is over. */
export async function until<T>(
  what: string,
  fact: () => T | Promise<T>,
  milliseconds = 20_000,
): Promise<NonNullable<T>> {
  const end = performance.now() + milliseconds;
  for (;;) {
    const value = await Promise.resolve()
      .then(fact)
      .catch(() => null);
    if (value) return value as NonNullable<T>;
    if (performance.now() > end) throw new Error(`waited ${milliseconds} ms in vain until ${what}`);
    await delay(10);
  }
}
