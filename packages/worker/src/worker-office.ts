import type { Finish, Finished, Lease, Queryable } from "@holdfast/db";
import type { Logger } from "pino";
import type { CommandRuns } from "./commands/command-runs.ts";
import type { FunctionRuns } from "./functions/function-runs.ts";
import type { Batcher } from "./leases/batcher.ts";
import type { Slots } from "./leases/slots.ts";
import type { Task } from "./tasks/define-task.ts";

/** What the parts of one worker share. */
export interface WorkerOffice {
  readonly db: Queryable;
  readonly databaseUrl: string;
  readonly logger: Logger;
  readonly host: string;
  readonly bootId: string;
  readonly stateDirectory: string;
  /** Environment that runners start with; they pass on to a command only what it lists. */
  readonly runnerEnv: NodeJS.ProcessEnv;
  readonly tasks: ReadonlyMap<string, Task>;
  readonly functions: FunctionRuns;
  readonly commands: CommandRuns;
  readonly functionSlots: Slots;
  readonly commandSlots: Slots;
  readonly taker: Batcher<number, Lease | undefined>;
  readonly finisher: Batcher<Finish, Finished>;
  /** Aborted at the very end: nothing is waited for any more. */
  readonly signal: AbortSignal;
  /** Id of the worker's row. */
  readonly workerId: number;
}
