import type { Database } from "../generated/database.ts";

type Schema = Database["holdfast"];

/**
 * What a column's value is over `pg`. The generated types are those of the Data API, where a time is text; over `pg` it
 * is a `Date`. A time is told by its name, which is a law of the schema: `<participle>_at`, `<participle>_since`, `at`.
 */
type Value<Name, T> = Name extends `${string}_at` | `${string}_since` | "at"
  ? Date | Extract<T, null | undefined>
  : Name extends "data"
    ? Buffer | Exclude<T, string>
    : T;

type Rows<R> = { [Name in keyof R]: Value<Name, R[Name]> };

/** Tables and views of schema `holdfast`, as Kysely reads them. Reads only: every write is a function of this package. */
export type HoldfastTables = {
  [Name in keyof Schema["Tables"]]: Rows<Schema["Tables"][Name]["Row"]>;
} & {
  [Name in keyof Schema["Views"]]: Rows<Schema["Views"][Name]["Row"]>;
};

/** A row of one table or view, e.g. `Row<"jobs">`. */
export type Row<Name extends keyof HoldfastTables> = HoldfastTables[Name];
