import pg from "pg";

const INT8 = 20;
const NUMERIC = 1700;

/**
 * Parsers for every connection of ours. Ids are `bigint` identities and stay far below 2^53, so a number is exact and
 * what a person types; money is `numeric` with few digits.
 */
export const valueTypes = new pg.TypeOverrides();
valueTypes.setTypeParser(INT8, Number);
valueTypes.setTypeParser(NUMERIC, Number);
