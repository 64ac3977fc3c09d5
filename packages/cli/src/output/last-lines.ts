import type { Holdfast } from "@holdfast/client";
import type { Run } from "../reads/run.ts";
import { SafeOutput } from "../terminal/safe-output.ts";
import { readTail } from "./output-reader.ts";

/** Bytes read for each line wanted: long lines make the tail shorter, never the answer slow. */
const BYTES_PER_LINE = 400;

/** The last lines a run printed, made safe to show. Colours are taken out too, since lines are cut out of the middle. */
export async function lastLines(holdfast: Holdfast, run: Run | undefined, lines: number): Promise<string[]> {
  if (!run) return [];
  const tail: string[] = [];
  for (const { data } of await readTail(holdfast, run, lines * BYTES_PER_LINE)) {
    const safe = new SafeOutput();
    const text = safe.write(data) + safe.end();
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are escape sequences.
    const plain = text.replace(/\u001b\[[0-9;:]*m/g, "").replace(/\n+$/, "");
    if (plain !== "") tail.push(...plain.split("\n").slice(-lines));
  }
  return tail;
}
