import { callForValue, type Queryable } from "../pool/call.ts";

/** A function kind as the database knows it. */
export interface KindRegistration {
  name: string;
  /** JSON Schema of the payload; null accepts anything. */
  payload_schema: unknown;
  queue?: string | undefined;
  lane?: string | undefined;
  class?: string | undefined;
  timeout_seconds?: number | undefined;
  description?: string | undefined;
}

/** Upserts function kinds into every workspace and returns how many (`holdfast_private.register_kinds`). */
export function registerKinds(db: Queryable, kinds: KindRegistration[]): Promise<number> {
  return callForValue<number>(db, "select holdfast_private.register_kinds($1::jsonb) as value", [
    JSON.stringify(kinds),
  ]);
}
