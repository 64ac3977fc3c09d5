import type { StopMode } from "../postgres/server.ts";
import type { LoginRole } from "../state/secrets.ts";
import type { LocalUsers } from "../users/local-users.ts";

/** Roles that {@link Stack.databaseUrl} hands out. */
export type StackRole = Extract<LoginRole, "postgres" | "holdfast_worker" | "supabase_admin">;

/** A running local Supabase: Postgres, Data API and Auth over one state folder. */
export interface Stack extends AsyncDisposable {
  /** Absolute path of the state folder (`.holdfast`). */
  readonly stateDir: string;
  readonly dbPort: number;
  readonly apiPort: number;
  /** Base URL for supabase-js, e.g. `http://127.0.0.1:54321`. */
  readonly apiUrl: string;
  /** `sb_publishable_…`, the key for browsers and the CLI. */
  readonly publishableKey: string;
  /** `sb_secret_…`: acts as service_role. */
  readonly secretKey: string;
  /** HS256 key of the access tokens. */
  readonly jwtSecret: string;
  /** The local people with their passwords. */
  readonly users: LocalUsers;
  /** True when another process owns the stack and this is only a way to reach it. */
  readonly attached: boolean;
  /** True when this start made the users, so that their passwords should be shown once. */
  readonly firstStart: boolean;
  /** Connection string; role default `postgres`, database default `postgres`. */
  databaseUrl(role?: StackRole, database?: string): string;
  /**
   * The server process alone, for restarting it under running work. Stopped here it stays down until `start()`, which
   * waits for the Data API as well; ended in any other way it is started again by the stack.
   */
  readonly postgres: {
    stop(mode?: StopMode): Promise<void>;
    start(): Promise<void>;
  };
  /** Ends Data API and Postgres. On an attached stack it only lets go: `down()` ends another process' stack. */
  stop(): Promise<void>;
}
