import type { z } from "zod";
import { HoldfastError } from "../errors/holdfast-error.ts";

/** The parsed payload, or `invalid_payload` naming each field that is wrong and why. */
export function parsePayload<T>(kind: string, schema: z.ZodType<T>, payload: unknown): T {
  const parsed = schema.safeParse(payload);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => {
    const field = issue.path.length === 0 ? "payload" : issue.path.join(".");
    return `${field}: ${issue.message}`;
  });
  throw new HoldfastError({
    rule: "invalid_payload",
    status: 400,
    message: `payload of kind "${kind}" does not match its schema: ${problems.join("; ")}`,
    hint: "correct the named fields; nothing was enqueued",
    cause: parsed.error,
  });
}
