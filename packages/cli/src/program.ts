import { Command } from "commander";
import type { Program } from "./command.ts";
import { addJobActs } from "./commands/act-on-jobs.ts";
import { addRoomActs } from "./commands/act-on-rooms.ts";
import { addApprovals } from "./commands/approvals.ts";
import { addBudgets } from "./commands/budgets.ts";
import { addCosts } from "./commands/costs.ts";
import { addDeadLetters } from "./commands/dead-letters.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addEnqueue } from "./commands/enqueue.ts";
import { addIncidents } from "./commands/incidents.ts";
import { addJob } from "./commands/job.ts";
import { addJobs } from "./commands/jobs.ts";
import { addKinds } from "./commands/kinds.ts";
import { addLedger } from "./commands/ledger.ts";
import { addLogin } from "./commands/login.ts";
import { addLogs } from "./commands/logs.ts";
import { addProcesses } from "./commands/processes.ts";
import { addQuarantine } from "./commands/quarantine.ts";
import { addQueues } from "./commands/queues.ts";
import { addRun } from "./commands/run.ts";
import { addSchedules } from "./commands/schedules.ts";
import { addSnapshot } from "./commands/snapshot.ts";
import { addStack } from "./commands/stack.ts";
import { addStatus } from "./commands/status.ts";
import { addStops } from "./commands/stops.ts";
import { addVerbs } from "./commands/verbs.ts";
import { addWorkers } from "./commands/workers.ts";
import type { Io } from "./context.ts";

const VERSION = "0.1.0";

const AFTER = `
Exit codes: 0 ok, 1 the thing failed, 2 usage, 3 cannot reach. \`holdfast run\` ends with the command's own exit code.
Where: HOLDFAST_URL with HOLDFAST_KEY when set (acting as whoever signed in with \`holdfast login\`), else the local stack
(acting as its owner, or --as another). \`worker\`, \`supervisor\`, \`migrate\` and \`doctor\` go by HOLDFAST_DATABASE_URL instead,
else the local stack.

Example:
  $ holdfast up && holdfast worker
  $ holdfast run -- make test
  $ holdfast status`;

/**
 * The whole command line, ready to parse. Output and exit codes go through `io` and the outcome, never the process.
 * `quiet`: the parser says nothing of what it refuses; its caller does.
 */
export function createProgram(io: Io, { quiet = false } = {}): Program {
  const root = new Command("holdfast")
    .description("Durable jobs on Postgres: run, watch and control them.")
    .version(VERSION)
    .enablePositionalOptions()
    .addHelpText("after", AFTER)
    .showHelpAfterError("  do: holdfast --help")
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void (quiet || io.stderr.write(text)),
      getOutHelpWidth: () => io.stdout.columns || 100,
      getErrHelpWidth: () => io.stderr.columns || 100,
    });
  const program: Program = { root, io, outcome: { exitCode: 0 } };
  for (const add of [addStatus, addRun, addEnqueue, addJobs, addJob, addLogs, addJobActs]) add(program);
  for (const add of [addQueues, addRoomActs, addWorkers, addKinds, addSnapshot]) add(program);
  for (const add of [addApprovals, addQuarantine, addDeadLetters, addSchedules, addBudgets, addCosts]) add(program);
  for (const add of [addStops, addIncidents, addVerbs, addLedger]) add(program);
  for (const add of [addStack, addProcesses, addLogin, addDoctor]) add(program);
  return program;
}
