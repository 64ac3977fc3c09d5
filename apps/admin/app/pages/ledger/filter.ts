/** The fields of `holdfast.match_events`' filter, with how the address bar spells them. */
export const FIELDS = ["action", "actor", "subject_type", "subject_id", "after", "before", "routine"] as const;
export type Field = (typeof FIELDS)[number];

/** How far back a time may be said in words: `24h`, `7d`. */
const AGO = /^(\d{1,4})([mhd])$/;
const MS = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * The filter that an address means. A time may be an age such as `24h`, counted from now. What makes no sense is passed on:
 * the database says what is wrong with it.
 */
export function filterOf(search: URLSearchParams, now: number): Record<string, string> {
  const filter: Record<string, string> = {};
  for (const field of FIELDS) {
    const text = search.get(field)?.trim();
    if (!text) continue;
    const ago = field === "after" || field === "before" ? AGO.exec(text) : null;
    filter[field] = ago ? new Date(now - Number(ago[1]) * MS[ago[2] as keyof typeof MS]).toISOString() : text;
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
