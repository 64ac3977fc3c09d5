import { formatDuration } from "../terminal/duration.ts";
import { LiveLine, type TerminalStream } from "../terminal/live-line.ts";
import { paint, wantsColour } from "../terminal/paint.ts";
import { printable } from "../terminal/printable.ts";
import { progressBar } from "../terminal/progress-bar.ts";

/** What the first run shows: settled lines, and below them one live line while something goes on. */
export class Screen {
  readonly #stream: TerminalStream;
  readonly #line: LiveLine;
  readonly #colour: boolean;
  #quarter = -1;
  #still = false;

  constructor(stream: TerminalStream, env: NodeJS.ProcessEnv) {
    this.#stream = stream;
    this.#line = new LiveLine(stream);
    this.#colour = wantsColour(stream, env);
  }

  get colour(): boolean {
    return this.#colour;
  }

  get width(): number | undefined {
    return this.#stream.isTTY ? this.#stream.columns || 80 : undefined;
  }

  /** A title of a part. */
  title(text: string): void {
    this.lines(["", paint(text, "bold", this.#colour)]);
    this.#quarter = -1;
  }

  /** A step that is done, and how long it took. */
  done(text: string, since?: number): void {
    const took =
      since === undefined ? "" : paint(`  ${formatDuration(performance.now() - since)}`, "dim", this.#colour);
    this.lines([`  ${paint("✓", "green", this.#colour)} ${printable(text)}${took}`]);
  }

  /** Something that happened, or is about to. */
  say(text: string): void {
    this.lines([`  ${paint("·", "dim", this.#colour)} ${printable(text)}`]);
  }

  /** Lines that stay, already safe to print. */
  lines(lines: readonly string[]): void {
    this.#line.clear();
    this.#stream.write(`${lines.join("\n")}\n`);
  }

  /** Shows no more progress: what an interrupted part still does is of no interest. */
  stopProgress(): void {
    this.#line.clear();
    this.#still = true;
  }

  /** What goes on now: redrawn in place on a terminal; elsewhere one line each quarter of the way. */
  progress(share: number | null, text: string): void {
    if (this.#still) return;
    const shown = `    ${progressBar(share, 24)}  ${printable(text)}`;
    this.#line.draw(shown);
    const quarter = Math.floor((share ?? 0) * 4);
    if (this.#stream.isTTY || quarter <= this.#quarter) return;
    this.#quarter = quarter;
    if (share !== null) this.#stream.write(`${shown}\n`);
  }
}
