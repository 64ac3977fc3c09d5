import { attachRun, isRefusal, type RunAttachment } from "@holdfast/db/runs";
import { openPipes, type Pipes } from "../command/pipes.ts";
import type { CommandEnd, CommandToStart } from "../command/started-command.ts";
import type { Connection } from "../lease/connection.ts";
import { deliverFinish } from "../lease/finisher.ts";
import { Lease } from "../lease/lease.ts";
import { LeaseLostError, OutputStore } from "../lease/output-store.ts";
import { log, messageOf } from "../log.ts";
import type { Redaction } from "../output/redaction.ts";
import type { RunSpec } from "../spec/run-spec.ts";
import type { StatusFile } from "../status/status-file.ts";
import { drained, finishOf } from "./delivery.ts";
import { type EndReason, judgeEnding } from "./ending.ts";
import { Figures } from "./figures.ts";
import { LiveCommand } from "./live-command.ts";
import { launchedStatus, locationOf } from "./location.ts";
import { RunOutput } from "./output.ts";
import { prepare, redactionOf } from "./prepare.ts";
import { RunFailure, writeFailure } from "./run-failure.ts";

/** What a run is given. */
export interface CommandRunOptions {
  readonly spec: RunSpec;
  readonly runDirectory: string;
  readonly connection: Connection;
  /** The variables from which the command's environment is taken, and HOLDFAST_DATABASE_URL, which is redacted. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** `delivered`: the database knows how it ended. `fenced`: the lease was lost, nothing was written about the end. */
export type RunResult = "delivered" | "fenced";

const attachMilliseconds = 10_000;

/**
 * One run of one command, from the lease to the delivered end.
 *
 * The command is started only after the database has confirmed the lease. From then on nothing depends on the database:
 * output goes to the spool, the timeout runs on the host's monotonic clock, and what could not be delivered waits.
 */
export class CommandRun {
  readonly #spec: RunSpec;
  readonly #directory: string;
  readonly #connection: Connection;
  readonly #redaction: Redaction;
  readonly #prepared: CommandToStart | RunFailure;
  /** Made while the database is asked about the lease; null for a terminal. */
  readonly #pipes: Promise<Pipes> | null;
  readonly #status: StatusFile;
  readonly #lease: Lease;
  readonly #figures = new Figures();
  readonly #lost = Promise.withResolvers<never>();
  #output: RunOutput | null = null;
  #command: LiveCommand | null = null;
  #reason: EndReason | null = null;
  /** The command's process has ended: what is asked from now on comes too late. */
  #over = false;

  constructor(options: CommandRunOptions) {
    this.#spec = options.spec;
    this.#directory = options.runDirectory;
    this.#connection = options.connection;
    this.#redaction = redactionOf(options.spec, options.environment);
    this.#prepared = prepare(options.spec, options.environment, options.runDirectory);
    this.#status = launchedStatus(options.spec, options.runDirectory);
    this.#lease = new Lease(options.spec, options.connection, {
      figures: () => this.#figures.beat(),
      onVerdict: (kind) => this.#end({ kind }),
    });
    this.#pipes = options.spec.command.pty ? null : openPipes(options.runDirectory);
    this.#pipes?.catch(() => {}); // the failure is taken when the command is to be started
    this.#lost.promise.catch(() => {});
  }

  /** A signal to the runner: SIGUSR2 asks for a heartbeat now, SIGTERM and SIGINT ask it to end. */
  onSignal(signal: NodeJS.Signals): void {
    if (signal === "SIGUSR2") this.#lease.beat().catch(() => {});
    else if (signal !== "SIGHUP") this.#end({ kind: "runner_terminated" });
  }

  /** Something in the runner itself broke: the command must not outlive what watches over it. */
  abandon(error: unknown): void {
    log("error", "the runner failed", { error: messageOf(error), stack: (error as Error)?.stack });
    const message = `the runner failed: ${messageOf(error)}`;
    this.#end({ kind: "failure", failure: new RunFailure({ message, class: "runner_error", retry: true }) });
  }

  /** Does it all. */
  async run(): Promise<RunResult> {
    this.#status.update({});
    try {
      await this.#attach(locationOf(this.#spec, this.#prepared, this.#directory, this.#redaction));
      this.#lease.start();
      // A slow launch (a cold cache, a busy host) has eaten of the lease: it is whole again before the command starts.
      this.#lease.beat().catch(() => {});
      const end = await this.#execute();
      return await Promise.race([this.#deliver(end), this.#lost.promise]);
    } catch (error) {
      // Fenced or broken: no command may go on that nobody watches over.
      this.#command?.kill();
      if (!(error instanceof LeaseLostError) && !isRefusal(error, "lease_lost")) throw error;
      log("warn", "fenced: the lease was lost", { token: this.#spec.token });
      this.#status.update({ state: "ended", outcome: "fenced", ended_at: new Date().toISOString() });
      return "fenced";
    } finally {
      this.#lease.stop();
      this.#output?.close();
      await this.#connection.close();
    }
  }

  #attach(attachment: RunAttachment): Promise<void> {
    return this.#connection.call("attach run", (client) => attachRun(client, this.#spec.token, attachment), {
      timeoutMilliseconds: attachMilliseconds,
    });
  }

  /** Runs the command to its end, with everything it started; null when it was never started. */
  async #execute(): Promise<CommandEnd | null> {
    if (this.#reason) return null;
    try {
      if (this.#prepared instanceof RunFailure) throw this.#prepared;
      this.#command = await this.#start(this.#prepared);
    } catch (error) {
      this.#reason ??= { kind: "failure", failure: writeFailure(error, this.#directory) };
      return null;
    }
    // What was asked while the command was being started could not be carried out before.
    if (this.#reason) this.#command.end(this.#reason);
    this.#announce(this.#command);
    const end = await this.#command.ended();
    this.#over = true;
    const leftBehind = await this.#command.settle();
    if (leftBehind > 0) this.#status.update({ left_behind: leftBehind });
    return end;
  }

  async #start(prepared: CommandToStart): Promise<LiveCommand> {
    const pipes = await this.#pipes;
    this.#output = new RunOutput({
      directory: this.#directory,
      names: this.#spec.command.pty ? ["raw"] : ["stdout", "stderr"],
      redaction: this.#redaction,
      store: new OutputStore(this.#connection, this.#lease),
      onDirective: (directive) => {
        this.#figures.add(directive);
        this.#lease.beatSoon();
      },
      onFailure: (error) => this.#end({ kind: "failure", failure: writeFailure(error, this.#directory) }),
    });
    const onTimeout = () => this.#end({ kind: "timeout" });
    return LiveCommand.start(prepared, this.#spec, this.#directory, this.#output, pipes, onTimeout);
  }

  #announce(command: LiveCommand): void {
    const { pid, started } = command;
    this.#figures.meter = command.meter;
    this.#status.update({
      state: "running",
      command_pid: pid,
      command_started: started,
      started_at: new Date().toISOString(),
    });
    this.#attach({ command_pid: pid, ...(started !== null && { command_started: started }) }).catch((error) =>
      log("warn", "the command's process could not be recorded", { error: messageOf(error) }),
    );
  }

  #end(reason: EndReason): void {
    if (reason.kind === "lost") {
      // Whatever the command still does, it does for nobody.
      this.#command?.kill();
      this.#lost.reject(new LeaseLostError());
    }
    if (this.#over) return;
    const first = this.#reason === null;
    if (first || reason.kind === "lost") this.#reason = reason;
    // The first reason is the run's; a later one may still be more urgent.
    if (first || reason.kind === "kill" || reason.kind === "failure") this.#command?.end(reason);
  }

  async #deliver(end: CommandEnd | null): Promise<RunResult> {
    const ending = await drained(this.#output, judgeEnding(this.#reason, end, this.#spec.timeout_seconds));
    // The finish carries no progress: what was said last goes with a heartbeat.
    if (this.#figures.untold) await this.#lease.beat();
    const finish = finishOf(this.#spec.token, ending, end, this.#figures, this.#redaction);
    const answer = await deliverFinish(this.#connection, this.#lease, finish);
    if (!answer.accepted) throw new LeaseLostError();
    this.#status.update({
      state: "ended",
      ended_at: new Date().toISOString(),
      outcome: finish.outcome,
      exit_code: end?.exitCode ?? null,
      signal: end?.signal ?? null,
      ...(finish.error && { error: finish.error }),
      bytes: this.#output?.bytes ?? {},
    });
    return "delivered";
  }
}
