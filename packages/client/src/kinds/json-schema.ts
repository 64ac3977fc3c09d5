import { z } from "zod";

/**
 * A zod schema that checks what a JSON Schema says, or undefined when zod cannot express it faithfully.
 *
 * zod and not ajv: ajv compiles with `new Function`, which a browser under a content security policy refuses. The price
 * is a few keywords zod does not know (`if`, `not`, `dependentRequired`, a list or object as `const`); a kind that uses
 * one is not checked here, and the worker, which checks every payload, still refuses it.
 */
export function fromJsonSchema(schema: unknown): z.ZodType | undefined {
  if (hasStructuredConstant(schema)) return undefined;
  try {
    return z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]);
  } catch {
    return undefined;
  }
}

function hasStructuredConstant(schema: unknown): boolean {
  if (typeof schema !== "object" || schema === null) return false;
  if (Array.isArray(schema)) return schema.some(hasStructuredConstant);
  for (const [key, value] of Object.entries(schema)) {
    const constants = key === "const" ? [value] : key === "enum" && Array.isArray(value) ? value : [];
    if (constants.some((constant) => typeof constant === "object" && constant !== null)) return true;
    if (hasStructuredConstant(value)) return true;
  }
  return false;
}
