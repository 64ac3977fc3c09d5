import type { LeasedCommand } from "@holdfast/db";
import { fillTemplate } from "@holdfast/runner";
import { z } from "zod";

/** A command that cannot be started as it was asked for; no retry cures it. */
export class CommandRefused extends Error {
  override readonly name = "CommandRefused";
  /** The failure's class. */
  readonly failure: string;

  constructor(failure: string, message: string) {
    super(message);
    this.failure = failure;
  }
}

/**
 * The final argv of a command, program first. `{{name}}` is replaced inside its one argument and never splits it, so a
 * value with spaces, quotes or `;` stays one argument. A `literal` command is passed on as it is.
 * @throws CommandRefused `invalid_payload` when a parameter is missing, unknown, of a wrong shape or not a plain value.
 */
export function renderArguments(command: LeasedCommand): string[] {
  const params = command.params ?? {};
  if (command.shell) {
    throw new CommandRefused("shell_not_supported", "this command asks for a shell, which this worker does not start");
  }
  if (command.literal) return [command.program, ...command.args].map(checkArgument);
  checkParameters(command, params);
  const used = new Set<string>();
  const args = command.args.map((template) =>
    fillTemplate(template, (name) => {
      used.add(name);
      if (!Object.hasOwn(params, name)) {
        throw new CommandRefused(
          "invalid_payload",
          `the parameter "${name}" is missing; the profile uses it in: ${template}`,
        );
      }
      return argumentText(name, params[name]);
    }),
  );
  if (!command.parameter_schema) refuseUnknown(params, used);
  return [command.program, ...args].map(checkArgument);
}

function checkParameters(command: LeasedCommand, params: Record<string, unknown>): void {
  if (!command.parameter_schema) return;
  let schema: z.ZodType;
  try {
    schema = z.fromJSONSchema(command.parameter_schema as Parameters<typeof z.fromJSONSchema>[0]);
  } catch (error) {
    throw new CommandRefused(
      "invalid_profile",
      `the parameter schema of profile "${command.profile}" cannot be used: ${(error as Error).message}`,
    );
  }
  const parsed = schema.safeParse(params);
  if (parsed.success) return;
  const problems = parsed.error.issues.map((issue) => `params.${issue.path.join(".") || "*"}: ${issue.message}`);
  throw new CommandRefused(
    "invalid_payload",
    `the parameters do not match the profile's schema: ${problems.join("; ")}`,
  );
}

function refuseUnknown(params: Record<string, unknown>, used: Set<string>): void {
  const unknown = Object.keys(params).filter((name) => !used.has(name));
  if (unknown.length === 0) return;
  const known = used.size === 0 ? "none" : [...used].join(", ");
  throw new CommandRefused("invalid_payload", `unknown parameter ${unknown.join(", ")}; the profile uses: ${known}`);
}

function argumentText(name: string, value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  const shape = value === null ? "null" : Array.isArray(value) ? "a list" : typeof value;
  throw new CommandRefused(
    "invalid_payload",
    `the parameter "${name}" is ${shape}; it must be text, a number or true/false`,
  );
}

function checkArgument(argument: string, index: number): string {
  const what = index === 0 ? "the program" : `argument ${index}`;
  if (typeof argument !== "string") throw new CommandRefused("invalid_payload", `${what} is not text`);
  // execve would cut the argument short at the NUL.
  if (argument.includes("\0")) throw new CommandRefused("invalid_payload", `${what} contains a NUL character`);
  if (index === 0 && argument === "") throw new CommandRefused("invalid_payload", "the program is empty");
  return argument;
}
