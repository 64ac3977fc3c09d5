/** Why a run failed, as it is stored with the run. */
export interface RunError {
  /** One sentence for an operator: what, where, and what to do. */
  readonly message: string;
  /** Stable word by which failures are grouped, e.g. `program_not_found`. */
  readonly class: string;
  /** `false`: trying again cannot help, whatever the job's class says. Absent: the class decides. */
  readonly retry?: boolean | undefined;
}

/** A run that cannot start or go on; becomes the run's error. */
export class RunFailure extends Error implements RunError {
  readonly class: string;
  readonly retry: boolean;

  constructor(error: { message: string; class: string; retry: boolean }, options?: ErrorOptions) {
    super(error.message, options);
    this.name = "RunFailure";
    this.class = error.class;
    this.retry = error.retry;
  }

  /** The part that is stored. `retry: true` is left out: it means that the job's class decides. */
  toRunError(): RunError {
    return {
      message: this.message,
      class: this.class,
      ...(this.retry ? {} : { retry: false }),
    };
  }
}

const spaceCodes = new Set(["ENOSPC", "EDQUOT"]);

/** The failure of a write under the run directory: `disk_full` when there is no room, else `spool_failed`. */
export function writeFailure(error: unknown, directory: string): RunFailure {
  if (error instanceof RunFailure) return error;
  const code = (error as NodeJS.ErrnoException).code ?? "";
  if (spaceCodes.has(code)) {
    const message = `No space left (${code}) under the run directory ${directory}: free space there, or set HOLDFAST_STATE to a larger disk.`;
    return new RunFailure({ message, class: "disk_full", retry: true }, { cause: error });
  }
  const detail = error instanceof Error ? error.message : String(error);
  const message = `Cannot write in the run directory ${directory}: ${detail}`;
  return new RunFailure({ message, class: "spool_failed", retry: true }, { cause: error });
}
