import {
  type Finish,
  type Lease,
  type Orphan,
  orphansCleared,
  type RunError,
  reportRunsLost,
  retrying,
  runStates,
} from "@holdfast/db";
import { isSameBoot, type LaunchedRunner, launchRunner, RunFailure } from "@holdfast/runner";
import { finalFailure } from "../functions/finish-of.ts";
import type { WorkerOffice } from "../worker-office.ts";
import { killRemains, type RecordedProcesses } from "./orphans.ts";
import { CommandRefused, renderArguments } from "./render-arguments.ts";

/**
 * Runs a leased command in a runner and waits until the runner has exited.
 * Returns a finish only when the command could not be started; afterwards the runner reports for itself.
 */
export async function runCommand(lease: Lease, office: WorkerOffice): Promise<Finish | undefined> {
  const { logger, commands } = office;
  const command = lease.command;
  if (!command) return finalFailure(lease.token, "invalid_job", `the job's kind "${lease.kind}" names no command`);
  let argv: string[];
  try {
    argv = renderArguments(command);
  } catch (error) {
    if (error instanceof CommandRefused) return finalFailure(lease.token, error.failure, error.message);
    throw error;
  }
  await clearOrphans(lease, office);
  const launched = await launch(lease, argv, office);
  if ("outcome" in launched) return launched;
  const run: RecordedProcesses = {
    token: lease.token,
    run_directory: launched.runDirectory,
    runner_pid: launched.pid,
    runner_started: launched.pidStarted,
    command_pid: null,
    command_started: null,
  };
  commands.add({ ...run, job_id: lease.job_id, adopted: false });
  try {
    await launched.exited;
    // A worker that has stopped meanwhile leaves its runners, and what becomes of them, to the next one.
    if (!office.signal.aborted) await settleRunner(run, office);
  } finally {
    commands.delete(lease.token);
  }
  logger.debug({ job: lease.job_id, run: lease.token }, "the runner has ended");
  return undefined;
}

/** After a runner is gone: nothing to do when it had finished its run; otherwise its command is an orphan. */
export async function settleRunner(run: RecordedProcesses, office: WorkerOffice): Promise<void> {
  const { db, logger, signal } = office;
  const options = { signal, logger, what: "ask what became of a run" };
  const [state] = await retrying(() => runStates(db, [run.token]), options);
  if (!state || state.outcome !== null) return;
  await reportLost(run, office);
}

/** Kills what is left of a run whose runner is proven dead, and says so. */
export async function reportLost(run: RecordedProcesses, office: WorkerOffice): Promise<void> {
  const { db, logger, signal } = office;
  const killed = await killRemains(run);
  const evidence = `runner ${run.runner_pid ?? "?"} (started ${run.runner_started ?? "?"}) is gone from ${office.host}; ${killed} left-over processes killed`;
  logger.warn({ run: run.token, killed }, "a runner died before its command had finished");
  await retrying(() => reportRunsLost(db, [run.token], evidence), {
    signal,
    logger,
    what: "report a lost run",
  });
}

async function clearOrphans(lease: Lease, office: WorkerOffice): Promise<void> {
  const here = lease.orphans.filter((orphan) => orphan.host === office.host && !isElsewhere(orphan, office));
  if (here.length === 0) return;
  for (const orphan of here) {
    // After a reboot none of the recorded processes exists; their pids may belong to anybody.
    if (orphan.boot_id !== office.bootId) continue;
    const killed = await killRemains({ ...orphan, token: orphan.run_id });
    if (killed > 0)
      office.logger.warn({ job: lease.job_id, run: orphan.run_id, killed }, "killed an orphan of an earlier run");
  }
  const ids = here.map((orphan) => orphan.run_id);
  const options = {
    signal: office.signal,
    logger: office.logger,
    what: "clear orphans",
  };
  await retrying(() => orphansCleared(office.db, ids), options);
}

// In another container of this machine: its pids mean something else here, and it may well be alive. Only a worker over
// there can tell.
function isElsewhere(orphan: Orphan, office: WorkerOffice): boolean {
  return orphan.boot_id !== office.bootId && isSameBoot(orphan.boot_id, office.bootId);
}

async function launch(lease: Lease, argv: string[], office: WorkerOffice): Promise<LaunchedRunner | Finish> {
  const command = lease.command as NonNullable<Lease["command"]>;
  const [program = "", ...args] = argv;
  const { env, cwd, roots, pty, columns, rows, grace_seconds } = command;
  const spec = {
    token: lease.token,
    job_id: lease.job_id,
    attempt: lease.attempt,
    workspace: lease.workspace,
    kind: lease.kind,
    name: lease.name,
    host: office.host,
    timeout_seconds: lease.timeout_seconds,
    ttl_seconds: lease.ttl_seconds,
    heartbeat_seconds: lease.heartbeat_seconds,
    idempotency_key: lease.idempotency_key,
    command: {
      program,
      args,
      env,
      cwd,
      roots,
      pty,
      columns,
      rows,
      grace_seconds,
    },
    ...(lease.consent && {
      consent: { ...lease.consent, class: lease.class, profile: command.profile, version: command.version },
    }),
  };
  try {
    const { stateDirectory, databaseUrl, runnerEnv, logger } = office;
    return await launchRunner(spec, {
      stateDirectory,
      databaseUrl,
      env: runnerEnv,
      logger,
    });
  } catch (error) {
    office.logger.error({ err: error, job: lease.job_id, run: lease.token }, "the runner could not be launched");
    const failure = error instanceof RunFailure ? error.toRunError() : launchFailed(error);
    return { token: lease.token, outcome: "failed", error: failure };
  }
}

function launchFailed(error: unknown): RunError {
  return { message: `the runner could not be launched: ${(error as Error).message}`, class: "launch_failed" };
}
