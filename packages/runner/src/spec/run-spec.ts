import type { RunConsent } from "./consent.ts";

/** The command of a run, ready to execute: every template is filled. */
export interface CommandSpec {
  /** A name looked up in PATH, an absolute path, or a path relative to `cwd`. */
  readonly program: string;
  /** The arguments after the program, passed as they are: no shell reads them. */
  readonly args: readonly string[];
  /** Names of the variables the command receives beside the base ones; their values are redacted from everything stored. */
  readonly env: readonly string[];
  /** Working directory, relative ones from the first root; null = the run directory. */
  readonly cwd: string | null;
  /** Absolute directories; after symbolic links are resolved the working directory must lie in one of them. */
  readonly roots: readonly string[];
  /** A pseudo-terminal with one stream `raw`; otherwise pipes with `stdout` and `stderr`. */
  readonly pty: boolean;
  readonly columns: number;
  readonly rows: number;
  /** Seconds between SIGTERM and SIGKILL. */
  readonly grace_seconds: number;
}

/** What a worker hands to a runner: the file `spec.json` in the run directory. */
export interface RunSpec {
  /** The lease token; it is the run's id. */
  readonly token: number;
  readonly job_id: number;
  readonly attempt: number;
  /** Slug of the workspace. */
  readonly workspace: string;
  readonly kind: string;
  readonly name: string | null;
  /** Name of this machine, under which the run is looked for; null = its hostname. */
  readonly host: string | null;
  /** Null = no limit. */
  readonly timeout_seconds: number | null;
  readonly ttl_seconds: number;
  readonly heartbeat_seconds: number;
  readonly idempotency_key: string | null;
  readonly command: CommandSpec;
  /** What people consented to; the runner starts nothing else. Absent or null: nobody had to. */
  readonly consent?: RunConsent | null;
}
