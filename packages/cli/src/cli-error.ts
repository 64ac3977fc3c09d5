import { HoldfastError, UnreachableError } from "@holdfast/client";
import { printable, printableLines } from "./terminal/printable.ts";

/** Exit codes of every command. */
export const EXIT = { ok: 0, failed: 1, usage: 2, unreachable: 3 } as const;

/** An error of the CLI's own: a sentence, what to do, and the exit code. */
export class CliError extends Error {
  override readonly name: string = "CliError";
  readonly hint: string | undefined;
  readonly exitCode: number;
  readonly rule: string | undefined;

  constructor(message: string, options: { hint?: string | undefined; exitCode?: number; rule?: string | undefined }) {
    super(message);
    this.hint = options.hint;
    this.exitCode = options.exitCode ?? EXIT.failed;
    this.rule = options.rule;
  }
}

/** The person typed something that cannot be: exit code 2. */
export class UsageError extends CliError {
  override readonly name = "UsageError";

  constructor(message: string, hint?: string) {
    super(message, { hint, exitCode: EXIT.usage });
  }
}

/** Nothing answers: exit code 3. */
export class CannotReachError extends CliError {
  override readonly name = "CannotReachError";

  constructor(message: string, hint?: string) {
    super(message, { hint, exitCode: EXIT.unreachable, rule: "unreachable" });
  }
}

/** Statuses that say the input was wrong (a bad value, an unknown name, too large), as opposed to refused or failed. */
const INPUT_STATUSES = new Set([400, 404, 413, 422]);

/** The exit code for anything thrown. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof CliError) return error.exitCode;
  if (error instanceof UnreachableError) return EXIT.unreachable;
  if (!(error instanceof HoldfastError)) return foreignExitCode(error);
  if (error.rule === "schema_missing") return EXIT.unreachable;
  return INPUT_STATUSES.has(error.status) ? EXIT.usage : EXIT.failed;
}

/** Errors of the local stack say their exit code; those of a database connection say their rule. */
function foreignExitCode(error: unknown): number {
  const { exitCode, rule } = (error ?? {}) as { exitCode?: unknown; rule?: unknown };
  if (typeof exitCode === "number") return exitCode;
  if (typeof rule !== "string" || !rule.startsWith("connection.")) return EXIT.failed;
  const typed = ["connection.malformed", "connection.user_missing", "connection.transaction_pooler"].includes(rule);
  return typed ? EXIT.usage : EXIT.unreachable;
}

/** The three lines a person reads: `error:`, `rule:` when there is one, `do:` when there is something to do. */
export function formatError(error: unknown): string {
  const { message, rule, hint } = readError(error);
  const lines = [`error: ${printableLines(message)}`];
  if (rule) lines.push(`  rule: ${printable(rule.includes(".") ? rule : `holdfast.${rule}`)}`);
  if (hint) lines.push(`  do: ${printable(hint)}`);
  return `${lines.join("\n")}\n`;
}

/** An error as a program reads it: one line of JSON, for commands run with --json. */
export function formatErrorJson(error: unknown): string {
  const { message, rule, hint } = readError(error);
  const named = rule === undefined || rule.includes(".") ? rule : `holdfast.${rule}`;
  return `${JSON.stringify({ error: { message, rule: named ?? null, hint: hint ?? null, exit_code: exitCodeOf(error) } })}\n`;
}

function readError(error: unknown): { message: string; rule?: string | undefined; hint?: string | undefined } {
  if (!(error instanceof Error)) return { message: String(error) };
  // Typed errors of other packages (database, local stack) carry the same fields, some with the remedy inside the message
  // too; reading the fields spares loading those packages for every command.
  const { rule, hint, remedy } = error as { rule?: unknown; hint?: unknown; remedy?: unknown };
  return {
    message: error.message.split("\n  do: ")[0] ?? "",
    rule: typeof rule === "string" ? rule : undefined,
    hint: typeof hint === "string" ? hint : typeof remedy === "string" ? remedy : undefined,
  };
}
