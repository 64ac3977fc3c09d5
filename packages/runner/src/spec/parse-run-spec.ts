import type { RunConsent } from "./consent.ts";
import type { CommandSpec, RunSpec } from "./run-spec.ts";

/** A `spec.json` that does not have the required shape; the message names the field and the rule. */
export class InvalidSpecError extends Error {
  override name = "InvalidSpecError";
  /** The token, when at least that could be read: the run can then be finished as failed. */
  readonly token: number | null;

  constructor(message: string, token: number | null) {
    super(message);
    this.token = token;
  }
}

type Fields = Record<string, unknown>;

/**
 * Checks the text of a `spec.json`, by hand: a schema library would cost a third of the runner's start time and memory.
 *
 * @throws {InvalidSpecError} naming the field, the rule and what was found.
 */
export function parseRunSpec(text: string): RunSpec {
  const fields = readObject(text);
  const token = Number.isSafeInteger(fields.token) ? (fields.token as number) : null;
  const check = new Checker(token);
  const command = fields.command;
  if (typeof command !== "object" || command === null) throw check.error("command", "must be an object", command);
  return {
    token: check.integer(fields, "token", 1),
    job_id: check.integer(fields, "job_id", 1),
    attempt: check.integer(fields, "attempt", 1),
    workspace: check.text(fields, "workspace"),
    kind: check.text(fields, "kind"),
    name: check.textOrNull(fields, "name"),
    host: check.textOrNull(fields, "host"),
    timeout_seconds: fields.timeout_seconds == null ? null : check.integer(fields, "timeout_seconds", 1),
    ttl_seconds: check.integer(fields, "ttl_seconds", 1, 15),
    heartbeat_seconds: check.number(fields, "heartbeat_seconds", 0.05, 5),
    idempotency_key: check.textOrNull(fields, "idempotency_key"),
    command: parseCommand(check, command as Fields),
    ...(fields.consent != null && { consent: parseConsent(check, fields.consent) }),
  };
}

function parseConsent(check: Checker, consent: unknown): RunConsent {
  if (typeof consent !== "object") throw check.error("consent", "must be an object", consent);
  const fields = consent as Fields;
  return {
    approval: check.integer(fields, "approval", 1),
    digest: check.text(fields, "digest"),
    shown: check.text(fields, "shown"),
    class: check.text(fields, "class"),
    profile: check.textOrNull(fields, "profile"),
    version: fields.version == null ? null : check.integer(fields, "version", 1),
  };
}

function parseCommand(check: Checker, command: Fields): CommandSpec {
  return {
    program: check.text(command, "program"),
    args: check.texts(command, "args"),
    env: check.texts(command, "env"),
    cwd: check.textOrNull(command, "cwd"),
    roots: check.texts(command, "roots"),
    pty: command.pty === true,
    columns: check.integer(command, "columns", 1, 80),
    rows: check.integer(command, "rows", 1, 24),
    grace_seconds: check.number(command, "grace_seconds", 0, 10),
  };
}

function readObject(text: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InvalidSpecError(`spec.json is not JSON: ${(error as Error).message}`, null);
  }
  if (typeof value !== "object" || value === null) throw new InvalidSpecError("spec.json must be a JSON object", null);
  return value as Fields;
}

class Checker {
  readonly #token: number | null;

  constructor(token: number | null) {
    this.#token = token;
  }

  error(field: string, rule: string, found: unknown): InvalidSpecError {
    return new InvalidSpecError(
      `spec.json: ${field} ${rule}, found ${JSON.stringify(found) ?? "nothing"}`,
      this.#token,
    );
  }

  integer(fields: Fields, field: string, least: number, byDefault?: number): number {
    const value = fields[field] ?? byDefault;
    if (!Number.isSafeInteger(value) || (value as number) < least) {
      throw this.error(field, `must be an integer of at least ${least}`, value);
    }
    return value as number;
  }

  number(fields: Fields, field: string, least: number, byDefault: number): number {
    const value = fields[field] ?? byDefault;
    if (typeof value !== "number" || !(value >= least))
      throw this.error(field, `must be a number of at least ${least}`, value);
    return value;
  }

  text(fields: Fields, field: string): string {
    const value = fields[field];
    if (typeof value !== "string" || value === "") throw this.error(field, "must be a text that is not empty", value);
    return this.#withoutNul(field, value);
  }

  textOrNull(fields: Fields, field: string): string | null {
    return fields[field] == null ? null : this.text(fields, field);
  }

  texts(fields: Fields, field: string): string[] {
    const value = fields[field] ?? [];
    if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) {
      throw this.error(field, "must be an array of texts", value);
    }
    return value.map((item: string) => this.#withoutNul(field, item));
  }

  // A program's arguments end at a NUL byte: what follows would be lost without a word.
  #withoutNul(field: string, value: string): string {
    if (value.includes("\0")) throw this.error(field, "must not contain a NUL byte", value);
    return value;
  }
}
