import type { EntryRow } from "./rows.ts";

const PLACE = /^(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:\d\d))_(\d+)$/;

/** The place in the cost ledger after an entry: what its order goes by. */
export function afterEntry({ counts_at, id }: EntryRow): string {
  return `${counts_at}_${id}`;
}

interface Narrowed<T> {
  lte(column: string, value: string): T;
  or(filter: string): T;
}

/** Only what comes after a place in the cost ledger; from its beginning when the address names none. */
export function entriesBefore<T extends Narrowed<T>>(query: T, place: string | null): T {
  const found = PLACE.exec(place ?? "");
  if (!found) return query;
  const [, at, id] = found;
  // The first condition is the range of an index, the second takes the entries of the same moment apart.
  return query.lte("counts_at", at as string).or(`counts_at.lt."${at}",id.lt.${id}`);
}
