export { CannotReachError, CliError, EXIT, exitCodeOf, formatError, UsageError } from "./cli-error.ts";
export type { Io } from "./context.ts";
export { main } from "./main.ts";
export { createProgram } from "./program.ts";
export { takeSnapshot } from "./snapshot/take-snapshot.ts";
export { readStatus } from "./status/read-status.ts";
export type { StatusReport } from "./status/status-report.ts";
export { printable, printableLines } from "./terminal/printable.ts";
export { SafeOutput } from "./terminal/safe-output.ts";
