/** How a process ended. Exactly one of the two is set, as waitpid tells it. */
export interface CommandEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What to start, after everything was resolved. */
export interface CommandToStart {
  /** Absolute path of the file that executes; also argv[0]. */
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly columns: number;
  readonly rows: number;
}

/** A started command: leader of a session and process group of its own. */
export interface StartedCommand {
  readonly pid: number;
  /** Resolves when the process itself has ended; what it started may still be alive. */
  readonly ended: Promise<CommandEnd>;
  /** Resolves when its output is at its end: every process that had it open is gone, or `closeOutput` was called. */
  readonly outputEnded: Promise<void>;
  /** Stops reading, whatever may still come. */
  closeOutput(): void;
}

/** Takes bytes as they are read. The memory is used again for the next read. */
export type ByteSink = (bytes: Buffer) => void;
