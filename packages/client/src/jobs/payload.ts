import { HoldfastError } from "../errors/holdfast-error.ts";

/** The largest payload SQL accepts, in bytes of JSON text. */
export const MAX_PAYLOAD_BYTES = 256 * 1024;

/**
 * Refuses what could never be stored, before anything is sent.
 * Errors: `payload_too_large`, `payload_not_json`.
 */
export function checkPayload(kind: string, payload: unknown): void {
  const text = toJson(kind, payload);
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > MAX_PAYLOAD_BYTES) {
    throw new HoldfastError({
      rule: "payload_too_large",
      status: 413,
      message: `payload of kind "${kind}" is ${bytes} bytes, and at most ${MAX_PAYLOAD_BYTES} (256 KiB) are stored in a job`,
      hint: "store the data elsewhere (a table, a bucket, a file) and pass a reference to it",
    });
  }
  // Postgres' jsonb cannot hold U+0000: its own error would not name the field.
  if (text.includes("\\u0000")) {
    throw new HoldfastError({
      rule: "payload_not_json",
      status: 400,
      message: `payload of kind "${kind}" holds a NUL character, which Postgres cannot store`,
      hint: "remove the NUL characters, or encode the bytes as base64",
    });
  }
}

function toJson(kind: string, payload: unknown): string {
  let text: string | undefined;
  let cause: unknown;
  try {
    text = JSON.stringify(payload);
  } catch (error) {
    cause = error;
  }
  if (text !== undefined) return text;
  throw new HoldfastError({
    rule: "payload_not_json",
    status: 400,
    message: `payload of kind "${kind}" cannot be written as JSON`,
    hint: "pass plain objects, lists, strings, numbers and booleans: no functions, bigints or circular references",
    cause,
  });
}
