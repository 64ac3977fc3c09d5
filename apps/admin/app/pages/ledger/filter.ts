import { momentOf } from "../history/filter.ts";

/** The fields of `holdfast.match_events`' filter, with how the address bar spells them. */
export const FIELDS = ["action", "actor", "subject_type", "subject_id", "after", "before", "routine"] as const;
export type Field = (typeof FIELDS)[number];

/**
 * The filter that an address means. A time may be an age such as `24h`, counted from now. What makes no sense is passed on:
 * the database says what is wrong with it.
 */
export function filterOf(search: URLSearchParams, now: number): Record<string, string> {
  const filter: Record<string, string> = {};
  for (const field of FIELDS) {
    const text = search.get(field)?.trim();
    if (!text) continue;
    filter[field] = field === "after" || field === "before" ? momentOf(text, now) : text;
  }
  return filter;
}

/** Only the fields of the filter: what the export is asked for. */
export function searchOf(search: URLSearchParams): URLSearchParams {
  return new URLSearchParams(FIELDS.flatMap((field) => (search.get(field) ? [[field, search.get(field) ?? ""]] : [])));
}

/** The place in the list that an address means: below this number. */
export function placeOf(search: URLSearchParams): number | null {
  const below = Number(search.get("below"));
  return Number.isSafeInteger(below) && below > 0 ? below : null;
}
