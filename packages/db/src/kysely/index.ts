export type { Database, Json } from "../generated/database.ts";
export { createKysely } from "./create-kysely.ts";
export type { HoldfastTables, Row } from "./tables.ts";
