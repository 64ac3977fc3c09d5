import { momentOf } from "../history/filter.ts";

/** The fields of `holdfast.match_dead_letters`' filter, spelled alike in the address. */
export const FIELDS = ["kind", "queue", "error_class", "fingerprint", "job", "after", "before"] as const;
export type Field = (typeof FIELDS)[number];

/** Which open dead letters are meant. What makes no sense is passed on: the database says what is wrong with it. */
export type Filter = Partial<Record<Field, string | number>>;

/** The filter that an address means; an age such as `24h` is counted from `now`. */
export function filterOf(search: URLSearchParams, now: number): Filter {
  const filter: Filter = {};
  for (const field of FIELDS) {
    const text = search.get(field)?.trim();
    if (text) filter[field] = field === "after" || field === "before" ? momentOf(text, now) : text;
  }
  return filter;
}

/** The address that means a filter. */
export function searchOf(filter: Filter): string {
  return new URLSearchParams(Object.entries(filter).map(([field, value]) => [field, String(value)])).toString();
}

/** The address with one field changed. */
export function withField(search: URLSearchParams, field: Field, value: string | null): URLSearchParams {
  const next = new URLSearchParams(search);
  if (value === null || value === "") next.delete(field);
  else next.set(field, value);
  return next;
}

/** A filter in words: `kind import, error class timeout`. */
export function inWords(filter: Filter): string {
  return Object.entries(filter)
    .map(([field, value]) => {
      const text = String(value);
      return `${field.replaceAll("_", " ")} ${field === "fingerprint" ? `${text.slice(0, 12)}…` : text}`;
    })
    .join(", ");
}
