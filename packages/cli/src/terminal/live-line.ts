import { truncate } from "./table.ts";

/** A stream that may be a terminal. */
export interface TerminalStream {
  isTTY?: boolean;
  columns?: number;
  write(text: string | Uint8Array): unknown;
}

/**
 * One line at the bottom of a terminal that is redrawn in place. On anything but a terminal it draws nothing.
 * Call {@link clear} before other output is written, and {@link draw} again after it.
 */
export class LiveLine {
  readonly #stream: TerminalStream;
  #drawn = "";

  constructor(stream: TerminalStream) {
    this.#stream = stream;
  }

  /** Draws the line, or leaves it when nothing changed. */
  draw(text: string): void {
    if (!this.#stream.isTTY) return;
    const line = truncate(text, (this.#stream.columns || 80) - 1);
    if (line === this.#drawn) return;
    this.#stream.write(`\r\u001b[2K${line}`);
    this.#drawn = line;
  }

  /** Takes the line away. */
  clear(): void {
    if (this.#drawn === "") return;
    this.#stream.write("\r\u001b[2K");
    this.#drawn = "";
  }
}
