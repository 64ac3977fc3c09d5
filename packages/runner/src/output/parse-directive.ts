/** What a command says about itself by printing a line `::holdfast …`. */
export interface Directive {
  /** 0 to 1. */
  readonly progress?: number;
  readonly message?: string;
  /** An amount to add, not a total. */
  readonly cost?: number;
  readonly unit?: string;
  readonly source?: string;
  readonly result?: unknown;
  /** What was wrong with the line; the rest of it still counts. */
  readonly complaint?: string;
}

/** Every directive line begins with this, at the start of the line. */
export const directiveMark = "::holdfast ";
/** A longer line is output and nothing else. */
export const longestLine = 8 * 1024;
/** Cap of the JSON of a result, in bytes. */
export const longestResult = 64 * 1024;

/** Nobody means more than this; the database would not take it. */
const largestCost = 99_999_999;

const pair = /([a-z_]+)=("(?:[^"\\]|\\.)*"|[^\s"]+)(?:\s+|$)/y;

/** Reads what follows the mark on a directive line; null when it is not a directive after all. */
export function parseDirective(text: string): Directive | null {
  const trimmed = text.trim();
  if (trimmed.startsWith("result=")) return parseResult(trimmed.slice("result=".length));
  const values = parsePairs(trimmed);
  if (!values) return null;
  const progress = values.has("progress") ? Number(values.get("progress")) : undefined;
  const cost = values.has("cost") ? Number(values.get("cost")) : undefined;
  if (progress === undefined && cost === undefined && !values.has("message")) return null;
  if (progress !== undefined && !(progress >= 0 && progress <= 1))
    return complain("progress must be between 0 and 1", text);
  if (cost !== undefined && !(cost >= 0 && cost <= largestCost))
    return complain(`cost must be an amount from 0 to ${largestCost}`, text);
  return {
    ...(progress !== undefined && { progress }),
    ...(cost !== undefined && { cost }),
    ...textsOf(values),
  };
}

function textsOf(values: Map<string, string>): Pick<Directive, "message" | "unit" | "source"> {
  const message = values.get("message");
  const unit = values.get("unit");
  const source = values.get("source");
  return {
    ...(message !== undefined && { message }),
    ...(unit !== undefined && { unit }),
    ...(source !== undefined && { source }),
  };
}

function parsePairs(text: string): Map<string, string> | null {
  const values = new Map<string, string>();
  pair.lastIndex = 0;
  while (pair.lastIndex < text.length) {
    const match = pair.exec(text);
    if (!match) return null;
    const [, name = "", value = ""] = match;
    const unquoted = value.startsWith('"') ? unquote(value) : value;
    if (unquoted === null || unquoted === "") return null;
    values.set(name, unquoted);
  }
  return values.size > 0 ? values : null;
}

function unquote(value: string): string | null {
  try {
    return String(JSON.parse(value));
  } catch {
    return null;
  }
}

function parseResult(json: string): Directive | null {
  if (Buffer.byteLength(json) > longestResult) {
    return complain(`the result is over ${longestResult} bytes: store it in a file and give its path`, json);
  }
  try {
    return { result: JSON.parse(json) as unknown };
  } catch {
    return complain("the result is not JSON", json);
  }
}

function complain(rule: string, text: string): Directive {
  return {
    complaint: `ignored a ::holdfast line, because ${rule}: ${text.slice(0, 120)}`,
  };
}
