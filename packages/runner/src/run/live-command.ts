import type { Pipes } from "../command/pipes.ts";
import { startInPipes } from "../command/start-in-pipes.ts";
import { startInTerminal } from "../command/start-in-terminal.ts";
import type { CommandEnd, CommandToStart, StartedCommand } from "../command/started-command.ts";
import { readProcess } from "../process/process-table.ts";
import { ProcessTree } from "../process/process-tree.ts";
import { ResourceMeter } from "../process/resource-meter.ts";
import type { RunSpec } from "../spec/run-spec.ts";
import type { EndReason } from "./ending.ts";
import type { RunOutput } from "./output.ts";
import { Terminator } from "./terminator.ts";
import { outputSettled, startSampling, startTidying, startTimeout } from "./watches.ts";

/** A command while it runs: its processes, what they use, and how they are ended. */
export class LiveCommand {
  readonly pid: number;
  /** Start time of the process; null when it had ended before it could be read. */
  readonly started: string | null;
  readonly meter: ResourceMeter;
  readonly #command: StartedCommand;
  readonly #output: RunOutput;
  readonly #terminator: Terminator;
  readonly #stops: (() => void)[];

  /**
   * Starts the command in the given pipes, or in a terminal when there are none; `onTimeout` is called when it has run
   * too long.
   *
   * @throws {RunFailure} `spawn_failed`.
   */
  static async start(
    prepared: CommandToStart,
    spec: RunSpec,
    runDirectory: string,
    output: RunOutput,
    pipes: Pipes | null,
    onTimeout: () => void,
  ): Promise<LiveCommand> {
    const command = pipes
      ? await startInPipes(prepared, pipes, {
          stdout: (bytes) => output.push("stdout", bytes),
          stderr: (bytes) => output.push("stderr", bytes),
        })
      : startInTerminal(prepared, (bytes) => output.push("raw", bytes));
    return new LiveCommand(command, spec, runDirectory, output, onTimeout);
  }

  private constructor(
    command: StartedCommand,
    spec: RunSpec,
    runDirectory: string,
    output: RunOutput,
    onTimeout: () => void,
  ) {
    this.pid = command.pid;
    this.started = readProcess(command.pid)?.started ?? null;
    const marker = { token: spec.token, runDirectory };
    const tree = new ProcessTree({ pid: this.pid, started: this.started ?? "", marker }, { owned: true });
    this.meter = new ResourceMeter(tree);
    this.#command = command;
    this.#output = output;
    this.#terminator = new Terminator(tree, spec.command.grace_seconds);
    this.#stops = [startSampling(this.meter), startTidying(), startTimeout(spec.timeout_seconds, onTimeout)];
  }

  /** Ends the command in the way the reason calls for: at once, or with the grace it is entitled to. */
  end(reason: EndReason): void {
    if (reason.kind === "kill" || reason.kind === "lost" || reason.kind === "failure") this.#terminator.kill();
    else this.#terminator.askToEnd();
  }

  /** SIGKILL to everything at once. */
  kill(): void {
    this.#terminator.kill();
  }

  /** Resolves when the command's own process has ended. */
  async ended(): Promise<CommandEnd> {
    const end = await this.#command.ended;
    for (const stop of this.#stops) stop();
    return end;
  }

  /** After {@link ended}: ends what it left behind and takes in the rest of the output. Returns how many were left. */
  async settle(): Promise<number> {
    const leftBehind = await this.#terminator.clearLeftBehind();
    await outputSettled(this.#command, () => this.#output.bytes);
    this.#output.end();
    return leftBehind;
  }
}
