import { callForValue, type Queryable } from "../pool/call.ts";

/** A pty has one stream, `raw`; pipes have two. */
export type OutputStreamName = "stdout" | "stderr" | "raw";

/**
 * Appends output at a byte offset (`holdfast_private.store_output`) and returns the next offset.
 *
 * Safe to repeat: bytes below the stored offset are ignored. Empty `data` at offset 0 asks for the next offset.
 *
 * @throws HoldfastError `output_gap` when `offset` is beyond what is stored, `lease_lost` for a stale token.
 */
export async function storeOutput(
  db: Queryable,
  token: number,
  stream: OutputStreamName,
  offset: number,
  data: Buffer,
): Promise<number> {
  const text = "select holdfast_private.store_output($1::bigint, $2::text, $3::bigint, $4::bytea) as value";
  return Number(await callForValue<number | string>(db, text, [token, stream, offset, data]));
}
