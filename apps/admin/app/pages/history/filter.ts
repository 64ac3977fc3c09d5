/** The fields of `holdfast.match_jobs`' filter that History offers, with how the address bar spells them. */
export const FIELDS = [
  "state",
  "trigger",
  "profile",
  "kind",
  "schedule",
  "queue",
  "lane",
  "venture",
  "class",
  "fingerprint",
  "error_class",
  "created_by",
  "label",
  "text",
  "after",
  "before",
] as const;
export type Field = (typeof FIELDS)[number];

/** Orders of `holdfast.match_jobs`. The last three sort by a figure and need a filter that matches no more than 10 000. */
export const ORDERS = ["newest", "oldest", "finished", "longest", "costliest", "memory"] as const;
export type Order = (typeof ORDERS)[number];

/** What may be given several of. */
const LISTS: ReadonlySet<Field> = new Set(["state", "trigger", "kind", "queue", "lane"]);

/** How far back a time may be said in words: `24h`, `7d`. */
const AGO = /^(\d{1,4})([mhd])$/;
const MS = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * The filter that an address means. Times may be ISO 8601, or an age such as `24h`, which is counted from now, so that a saved
 * view goes on meaning the last day. What makes no sense is passed on: the database says what is wrong with it.
 */
export function filterOf(search: URLSearchParams, now: number): Record<string, unknown> {
  const filter: Record<string, unknown> = {};
  for (const field of FIELDS) {
    const text = search.get(field)?.trim();
    if (!text) continue;
    if (LISTS.has(field)) {
      const values = text.split(",").filter(Boolean);
      filter[field] = values.length === 1 ? values[0] : values;
    } else if (field === "after" || field === "before") {
      filter[field] = momentOf(text, now);
    } else if (field === "label") {
      const at = text.indexOf("=");
      filter.label = at < 1 ? text : { [text.slice(0, at)]: text.slice(at + 1) };
    } else filter[field] = text;
  }
  return filter;
}

/** A moment as an address may say it: an age such as `24h` is counted from `now`, anything else is passed on. */
export function momentOf(text: string, now: number): string {
  const ago = AGO.exec(text);
  return ago ? new Date(now - Number(ago[1]) * MS[ago[2] as keyof typeof MS]).toISOString() : text;
}

/** The order an address means. */
export function orderOf(search: URLSearchParams): Order {
  const order = search.get("order");
  return ORDERS.find((each) => each === order) ?? "newest";
}

/** The address with one field changed; the place in the list is forgotten, because it belongs to another list. */
export function withField(search: URLSearchParams, field: string, value: string | null): URLSearchParams {
  const next = new URLSearchParams(search);
  if (value === null || value === "") next.delete(field);
  else next.set(field, value);
  if (field !== "columns") next.delete("from");
  return next;
}
