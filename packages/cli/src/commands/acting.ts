import type { Action, Target } from "@holdfast/client";
import { UsageError } from "../cli-error.ts";
import { type Context, print, printJson } from "../context.ts";
import { openHoldfast } from "../session/open.ts";
import { printable } from "../terminal/printable.ts";
import { type Cell, type Column, table } from "../terminal/table.ts";

/** Particulars of an act. */
export interface How {
  reason?: string | undefined;
  params?: Record<string, unknown>;
}

/** One act on one thing; says in words what became of it, or prints its row with `--json`. */
export async function carryOut(
  context: Context,
  [verb, subject, target]: [verb: string, subject: string, target: Target],
  how: How,
  say: (action: Action) => string,
): Promise<void> {
  const holdfast = await openHoldfast(context);
  const action = await holdfast.act(verb, subject, target, how);
  if (context.json) printJson(context, action);
  else print(context, printable(say(action)));
}

/** Rows as a table, as one JSON document, or as a sentence when there are none. */
export function printRows<T>(
  context: Context,
  rows: readonly T[],
  none: string,
  columns: readonly Column[],
  cells: (row: T) => readonly Cell[],
): void {
  if (context.json) printJson(context, rows);
  else if (rows.length === 0) print(context, none);
  else print(context, table(columns, rows.map(cells), { width: context.width, colour: context.colour }));
}

/** Reads the number of a thing from the command line. */
export function numberOf(what: string, text: string, lists: string): number {
  const id = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(id) && id > 0) return id;
  throw new UsageError(`"${text}" is not the number of ${what}`, `a number such as 12; ${lists} lists them`);
}

/** An amount of money with its currency. */
export function money(amount: number | null | undefined, currency: string): string {
  return amount === null || amount === undefined ? "-" : `${amount.toFixed(2)} ${currency}`;
}
