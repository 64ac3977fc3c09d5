/**
 * Makes a value fit for jsonb, which takes neither NUL characters nor halves of surrogate pairs: both become U+FFFD.
 * A refused error message would otherwise keep the run from ever ending.
 */
export function storable<T>(value: T): T {
  if (typeof value === "string") return value.toWellFormed().replaceAll("\0", "\ufffd") as T;
  if (Array.isArray(value)) return value.map(storable) as T;
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [storable(key), storable(item)])) as T;
  }
  return value;
}
