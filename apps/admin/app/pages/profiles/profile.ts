/** A row of `holdfast.profile_overview`: the newest version of a profile. */
export interface Profile extends ProfileVersion {
  name: string;
  queue: string;
  lane: string;
  class: string;
  /** Whether its class takes consent before even the first attempt. */
  needs_approval: boolean;
}

/** A version of a profile, of `holdfast.profiles`. */
export interface ProfileVersion {
  version: number;
  program: string;
  args: string[];
  parameter_schema: unknown;
  env: string[];
  cwd: string | null;
  pty: boolean;
  grace_seconds: number;
  timeout_seconds: number | null;
  queue: string;
  lane: string;
  class: string;
  description: string;
  created_by_name: string;
  created_at: string;
}

/** A version as lines of text, for comparing it with another: one thing a line, in the same order. */
export function linesOf(version: ProfileVersion): string {
  return [
    `description: ${version.description}`,
    `program: ${version.program}`,
    ...version.args.map((argument) => `argument: ${JSON.stringify(argument)}`),
    ...version.env.map((name) => `environment: ${name}`),
    `working directory: ${version.cwd ?? "the run's own"}`,
    `terminal: ${version.pty ? "a pty" : "pipes"}`,
    `timeout: ${version.timeout_seconds === null ? "the class's" : `${version.timeout_seconds} s`}`,
    `grace: ${version.grace_seconds} s`,
    `queue: ${version.queue}`,
    `lane: ${version.lane}`,
    `class: ${version.class}`,
    `parameters: ${JSON.stringify(version.parameter_schema, null, 2)}`,
  ].join("\n");
}
