import { paint, type Style } from "./paint.ts";
import { printable } from "./printable.ts";

/** One column of a table. */
export interface Column {
  title: string;
  align?: "left" | "right";
  /** Gives up width first when the terminal is narrow. */
  flexible?: boolean;
}

/** One cell: plain text, or text with a colour. */
export type Cell = string | number | null | undefined | { text: string; style: Style };

const GAP = "  ";
/** Where no terminal bounds a table, a cell is still cut here: one long error message must not widen every row. */
const WIDEST = 120;
const NARROWEST = 8;

/**
 * Lines of a dense table, each at most `width` wide, cut texts ending in `…`. Without a width only cells are bounded, to
 * 120 columns; whoever needs texts whole uses `--json`.
 */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  options: { width?: number | undefined; colour: boolean },
): string[] {
  const texts = rows.map((row) => columns.map((_, index) => textOf(row[index])));
  const widths = columns.map((column, index) =>
    Math.max(widthOf(column.title), ...texts.map((row) => Math.min(WIDEST, widthOf(row[index] ?? "")))),
  );
  if (options.width !== undefined) narrow(columns, widths, options.width);
  const line = (cells: readonly string[], styles: readonly (Style | undefined)[]) =>
    cells
      .map((cell, index) => {
        const width = widths[index] as number;
        const cut = truncate(cell, width);
        const gap = " ".repeat(Math.max(0, width - widthOf(cut)));
        const painted = paint(cut, styles[index], options.colour);
        if (columns[index]?.align === "right") return gap + painted;
        return index === cells.length - 1 ? painted : painted + gap;
      })
      .join(GAP);
  return [
    line(
      columns.map((column) => column.title),
      columns.map(() => "dim"),
    ),
    ...texts.map((cells, row) =>
      line(
        cells,
        columns.map((_, index) => styleOf(rows[row]?.[index])),
      ),
    ),
  ];
}

/** Takes width from flexible columns first, widest first, then from any column, until the table fits. */
function narrow(columns: readonly Column[], widths: number[], width: number): void {
  const total = () => widths.reduce((sum, each) => sum + each, 0) + GAP.length * (widths.length - 1);
  for (const mayShrink of [(index: number) => columns[index]?.flexible === true, () => true]) {
    while (total() > width) {
      let widest = -1;
      for (const [index, each] of widths.entries()) {
        if (mayShrink(index) && each > NARROWEST && each > (widths[widest] ?? 0)) widest = index;
      }
      if (widest === -1) break;
      widths[widest] = (widths[widest] as number) - 1;
    }
  }
}

function textOf(cell: Cell): string {
  if (cell === null || cell === undefined || cell === "") return "-";
  return printable(typeof cell === "object" ? cell.text : cell);
}

function styleOf(cell: Cell): Style | undefined {
  return typeof cell === "object" && cell !== null ? cell.style : undefined;
}

/** The text, cut to at most `width` columns of a terminal with a `…` at the end. */
export function truncate(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  let cut = "";
  let used = 0;
  for (const mark of text) {
    const next = widthOf(mark);
    if (used + next > width - 1) break;
    cut += mark;
    used += next;
  }
  return `${cut}…`;
}

/** Columns a terminal uses for the text: East Asian wide characters and emoji take two, combining marks none. */
export function widthOf(text: string): number {
  let width = 0;
  for (const mark of text) {
    if (/\p{Mark}|\u200d|\ufe0f/u.test(mark)) continue;
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u.test(
        mark,
      )
        ? 2
        : 1;
  }
  return width;
}
