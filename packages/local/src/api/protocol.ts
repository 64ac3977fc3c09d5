import type { StackConfig } from "../state/config.ts";
import type { Secrets } from "../state/secrets.ts";

/** A request as the gateway hands it on: checked, with its body read whole. */
export interface ApiRequest {
  method: string;
  /** Absolute, with the host the caller used. */
  url: string;
  headers: [name: string, value: string][];
  body: Uint8Array | undefined;
}

/** What the Data API answered, whole. */
export interface ApiAnswer {
  status: number;
  headers: [name: string, value: string][];
  body: Uint8Array;
}

/** What the process of the Data API must know. Sent to it over its channel: arguments and environment can be listed. */
export interface ApiSettings
  extends Pick<StackConfig, "schemas" | "maxRows" | "auth">,
    Pick<Secrets, "jwtSecret" | "publishableKey" | "secretKey"> {
  /** Connection string of the role supabase_lite. */
  databaseUrl: string;
}

/** What the stack says to the process of the Data API. */
export type ToDataApi = { say: "open"; settings: ApiSettings } | { say: "ask"; id: number; request: ApiRequest };

/**
 * What the process of the Data API says to the stack. `waiting`: it cannot reach the database, and tries again;
 * `failed`: lite threw instead of answering.
 */
export type FromDataApi =
  | { say: "waiting"; why: string }
  | { say: "ready" }
  | { say: "answer"; id: number; answer: ApiAnswer }
  | { say: "failed"; id: number; why: string };

/** Exit code of the process of the Data API when its database went away. */
export const DATABASE_LOST = 75;
