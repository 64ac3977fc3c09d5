import type { z } from "zod";

/** A kind the application knows the shape of: its payload is checked and typed before anything is sent. */
export interface KindDefinition<Payload extends z.ZodType = z.ZodType, Result extends z.ZodType = z.ZodType> {
  kind: string;
  payload: Payload;
  /** Shape of the result; only types it, what a handler returned is stored as it came. */
  result?: Result | undefined;
}

/** The result type of a kind definition. */
export type ResultOf<K> = K extends { result: z.ZodType } ? z.infer<K["result"]> : unknown;

/**
 * Declares a kind once, for enqueuing with types.
 *
 * ```ts
 * const hello = defineKind({ kind: "hello", payload: z.object({ name: z.string() }) });
 * await holdfast.enqueue(hello, { name: "Ada" });
 * ```
 */
export function defineKind<const Payload extends z.ZodType, const Result extends z.ZodType>(definition: {
  kind: string;
  payload: Payload;
  result: Result;
}): { kind: string; payload: Payload; result: Result };
export function defineKind<const Payload extends z.ZodType>(definition: {
  kind: string;
  payload: Payload;
}): { kind: string; payload: Payload };
export function defineKind(definition: KindDefinition): KindDefinition {
  return definition;
}
