/** One thing that a request shows, as text that is exact to the digit. */
export interface Field {
  name: string;
  /** Null where nothing is set. */
  text: string | null;
  /** True for what takes several lines: JSON, or a long text. */
  block: boolean;
}

/** Everything that a request shows: what would run, and all that the digest covers besides. */
export interface Shown {
  /** The command as arguments, program first; null for a function. */
  argv: string[] | null;
  fields: Field[];
}

/** One place where two of these differ. */
export interface Difference {
  path: string;
  /** Null: it was not there. */
  was: string | null;
  /** Null: it is gone. */
  is: string | null;
}

type Exact = null | boolean | string | Exact[] | { [key: string]: Exact } | RawNumber;
/** A number as the database wrote it: `1.250000` and 9007199254740993 stay what they are. */
interface RawNumber {
  rawJSON: string;
}

// Not yet among TypeScript's own types.
const json = JSON as unknown as {
  parse(text: string, revive: (key: string, value: unknown, context: { source: string }) => unknown): Exact;
  rawJSON(text: string): RawNumber;
  isRawJSON(value: unknown): value is RawNumber;
};

/** Reads `shown` as the database hashed it, field by field. */
export function shownOf(text: string): Shown {
  const { command, ...rest } = objectOf(parse(text));
  const fields = Object.entries(rest).map(([name, value]) => fieldOf(name, value));
  if (command === undefined || command === null) return { argv: null, fields };
  const { program, args, ...how } = objectOf(command);
  return {
    argv: [program ?? null, ...(Array.isArray(args) ? args : [])].map(plain),
    fields: [...Object.entries(how).map(([name, value]) => fieldOf(name, value)), ...fields],
  };
}

/** What differs between what was consented to and what is asked now, and how many places are the same. */
export function differencesOf(was: string, is: string): { differences: Difference[]; same: number } {
  const before = leavesOf(parse(was));
  const after = leavesOf(parse(is));
  const paths = [...new Set([...before.keys(), ...after.keys()])];
  const differences = paths
    .map((path) => ({ path, was: before.get(path) ?? null, is: after.get(path) ?? null }))
    .filter((each) => each.was !== each.is);
  return { differences, same: paths.length - differences.length };
}

function parse(text: string): Exact {
  return json.parse(text, (_key, value, context) => (typeof value === "number" ? json.rawJSON(context.source) : value));
}

function objectOf(value: Exact): Record<string, Exact> {
  return value !== null && typeof value === "object" && !Array.isArray(value) ? (value as Record<string, Exact>) : {};
}

function fieldOf(name: string, value: Exact): Field {
  const several = value !== null && typeof value === "object" && !json.isRawJSON(value);
  if (several && Array.isArray(value) && name === "env") {
    return { name, text: value.length > 0 ? value.map(plain).join(", ") : null, block: false };
  }
  const text = value === null ? null : several ? JSON.stringify(value, null, 2) : plain(value);
  return { name, text, block: several || (text !== null && (text.length > 160 || text.includes("\n"))) };
}

/** A text as it is, anything else as JSON. */
function plain(value: Exact): string {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "yes" : "no";
  return JSON.stringify(value);
}

/** Each value that has no parts, as JSON, by the way to it: `payload.to`, `command.args[1]`. */
function leavesOf(value: Exact, path = "", leaves = new Map<string, string>()): Map<string, string> {
  if (value === null || typeof value !== "object" || json.isRawJSON(value) || Object.keys(value).length === 0) {
    leaves.set(path, JSON.stringify(value));
  } else if (Array.isArray(value)) {
    for (const [place, item] of value.entries()) leavesOf(item, `${path}[${place}]`, leaves);
  } else {
    for (const [key, item] of Object.entries(value)) leavesOf(item as Exact, path ? `${path}.${key}` : key, leaves);
  }
  return leaves;
}
