import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { RunFailure } from "../run/run-failure.ts";
import { fillTemplate } from "./fill-template.ts";
import type { RunSpec } from "./run-spec.ts";

/** What people consented to, as the database gave it with the lease. */
export interface ConsentText {
  readonly approval: number;
  /** sha-256 of `shown`, hex. */
  readonly digest: string;
  /** JSON text, exactly as it was hashed. */
  readonly shown: string;
}

/** A consent, with those facts about the run that it covers and the rest of a spec does not tell. */
export interface RunConsent extends ConsentText {
  readonly class: string;
  readonly profile: string | null;
  readonly version: number | null;
}

/** What `shown` holds (`holdfast_private.shown_of`). */
interface Shown {
  job?: unknown;
  kind?: unknown;
  class?: unknown;
  payload?: unknown;
  command?: ShownCommand | null;
}

interface ShownCommand {
  profile: unknown;
  version: unknown;
  program: unknown;
  args: unknown;
  env: unknown;
  cwd: unknown;
  pty: unknown;
}

/** A function job as it is about to be run. */
export interface FunctionToRun {
  readonly job_id: number;
  readonly kind: string;
  readonly class: string;
  readonly payload: unknown;
}

/**
 * Checks that a function job is what was consented to.
 * @throws RunFailure `consent_mismatch`, which no retry cures.
 */
export function checkFunctionConsent(job: FunctionToRun, consent: ConsentText | null | undefined): void {
  if (!consent) return;
  const shown = readShown(consent);
  demand(shown.job, job.job_id, "job", consent);
  demand(shown.kind, job.kind, "kind", consent);
  demand(shown.class, job.class, "class", consent);
  demand(shown.payload, job.payload, "payload", consent);
}

/**
 * Checks that a command is what was consented to, last thing before it is started: what people were shown is worked out
 * anew, and compared with what would be executed.
 * @throws RunFailure `consent_mismatch`, which no retry cures.
 */
export function checkCommandConsent(spec: RunSpec): void {
  const { consent, command } = spec;
  if (!consent) return;
  const shown = readShown(consent);
  demand(shown.job, spec.job_id, "job", consent);
  demand(shown.kind, spec.kind, "kind", consent);
  demand(shown.class, consent.class, "class", consent);
  const asked = shown.command ?? null;
  if (asked === null) throw mismatch("command", consent);
  demand(asked.profile, consent.profile, "profile", consent);
  demand(asked.version, consent.version, "profile version", consent);
  demand(asked.program, command.program, "program", consent);
  demand(argumentsOf(asked, shown.payload), [...command.args], "arguments", consent);
  demand(asked.env, [...command.env], "names of environment variables", consent);
  demand(asked.cwd, command.cwd, "working directory", consent);
  demand(asked.pty, command.pty, "terminal", consent);
}

/** The arguments that were consented to: as they are for an ad-hoc command, filled with the parameters for a profile's. */
function argumentsOf({ profile, args }: ShownCommand, payload: unknown): unknown {
  if (profile === null || !Array.isArray(args)) return args;
  const params = (payload ?? {}) as Record<string, unknown>;
  return args.map((template) => fillTemplate(String(template), (name) => String(params[name])));
}

function readShown(consent: ConsentText): Shown {
  const digest = createHash("sha256").update(consent.shown, "utf8").digest("hex");
  if (digest !== consent.digest) throw mismatch("text that was shown", consent);
  return JSON.parse(consent.shown) as Shown;
}

function demand(consentedTo: unknown, found: unknown, what: string, consent: ConsentText): void {
  if (!isDeepStrictEqual(consentedTo, found)) throw mismatch(what, consent);
}

function mismatch(what: string, { approval }: ConsentText): RunFailure {
  return new RunFailure({
    message: `What would run is not what approval ${approval} covers; not the same: ${what}. Nothing was started; retry the job to ask again.`,
    class: "consent_mismatch",
    retry: false,
  });
}
