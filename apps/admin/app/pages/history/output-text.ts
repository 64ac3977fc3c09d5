import { visibleText } from "../../data/visible.ts";

/** A terminal's escape sequences: colours and the like, which mean nothing in plain text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: escapes are made of them.
const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;

/** Output as lines of plain text that are safe to look at. */
export function linesOf(bytes: Uint8Array): string[] {
  return new TextDecoder().decode(bytes).replace(ESCAPES, "").replaceAll("\r\n", "\n").split("\n").map(visibleText);
}
