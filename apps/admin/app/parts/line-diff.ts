/** One line of a comparison: in both, only in the old text (`-`), or only in the new one (`+`). */
export interface DiffLine {
  sign: " " | "-" | "+";
  text: string;
}

/** Texts of more lines than this are not compared line by line: the table it takes grows with their product. */
const MOST_LINES = 2_000;

/** What became of one text in another, line by line: the longest common lines stay, as few as possible change. */
export function diffLines(before: readonly string[], after: readonly string[]): DiffLine[] {
  if (before.length > MOST_LINES || after.length > MOST_LINES) {
    return [...before.map((text) => line("-", text)), ...after.map((text) => line("+", text))];
  }
  // common[i][j]: how many lines the rests from i and from j have in common, in order.
  const width = after.length + 1;
  const common = new Uint16Array((before.length + 1) * width);
  const at = (i: number, j: number) => common[i * width + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      common[i * width + j] = before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const lines: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < before.length || j < after.length) {
    const old = before[i];
    const next = after[j];
    if (old !== undefined && old === next) {
      lines.push(line(" ", old));
      i++;
      j++;
    } else if (old !== undefined && (next === undefined || at(i + 1, j) >= at(i, j + 1))) {
      lines.push(line("-", old));
      i++;
    } else if (next !== undefined) {
      lines.push(line("+", next));
      j++;
    }
  }
  return lines;
}

function line(sign: DiffLine["sign"], text: string): DiffLine {
  return { sign, text };
}
