import { expect, test } from "vitest";
import { type SourceFile, sources } from "./support/files.ts";

/** Above this a file is named. */
const LONG = 400;
/** Above this the guard fails: split it. */
const TOO_LONG = 500;

const linesOf = ({ text }: SourceFile) => text.split("\n").length - 1;
const longerThan = (files: SourceFile[], limit: number) =>
  files.filter((file) => linesOf(file) > limit).map((file) => `${file.path}: ${linesOf(file)} lines`);

test(`no TypeScript or SQL file is longer than ${TOO_LONG} lines`, () => {
  const files = sources(".ts", ".tsx", ".mjs", ".sql");
  expect(files.length).toBeGreaterThan(100);
  const long = longerThan(files, LONG);
  if (long.length > 0) console.log(`Longer than ${LONG} lines:\n${long.map((line) => `  ${line}`).join("\n")}`);
  expect(longerThan(files, TOO_LONG)).toEqual([]);
});

test("the guard fires on a file of 501 lines and not on one of 500", () => {
  const file = (lines: number) => ({ path: "x.ts", text: "a\n".repeat(lines) });
  expect(longerThan([file(500)], TOO_LONG)).toEqual([]);
  expect(longerThan([file(501)], TOO_LONG)).toEqual(["x.ts: 501 lines"]);
});
