import { printableLines, visible } from "./printable.ts";

const ESC = "\u001b";
/** An escape sequence longer than this is shown as text: a stream must not be held back by one that never ends. */
const LONGEST_SEQUENCE = 64;

/**
 * Makes a command's output safe to show on a terminal, chunk by chunk: colours pass, everything else that a terminal
 * would obey (cursor moves, titles, clipboard and link sequences, concealed text, bare control bytes) becomes visible text.
 *
 * A lone carriage return starts a new line here: on a terminal it would let later text cover earlier text.
 */
export class SafeOutput {
  readonly #decoder = new TextDecoder("utf-8", { fatal: false });
  #held = "";
  #coloured = false;

  /** The safe form of the next bytes; the start of an unfinished sequence is kept for the next call. */
  write(bytes: Uint8Array): string {
    return this.#take(this.#held + this.#decoder.decode(bytes, { stream: true }), false);
  }

  /** What was held back, and the end of any colour left on. */
  end(): string {
    const rest = this.#take(this.#held + this.#decoder.decode(), true);
    const reset = this.#coloured ? `${ESC}[0m` : "";
    this.#coloured = false;
    return rest + reset;
  }

  #take(text: string, last: boolean): string {
    let safe = "";
    let from = 0;
    this.#held = "";
    while (from < text.length) {
      const next = nextMark(text, from);
      safe += printableLines(text.slice(from, next));
      if (next >= text.length) break;
      const rest = text.length - next;
      if (text[next] === "\r") {
        if (rest === 1 && !last) {
          this.#held = "\r";
          break;
        }
        safe += "\n";
        from = next + (text[next + 1] === "\n" ? 2 : 1);
        continue;
      }
      const colour = colourAt(text, next);
      if (colour === "unfinished" && !last && rest < LONGEST_SEQUENCE) {
        this.#held = text.slice(next);
        break;
      }
      if (colour !== undefined && colour !== "unfinished") {
        safe += colour;
        this.#coloured = colour !== `${ESC}[m` && colour !== `${ESC}[0m`;
        from = next + colour.length;
      } else {
        safe += visible(ESC);
        from = next + 1;
      }
    }
    return safe;
  }
}

/** Where the next escape or carriage return is, or the end of the text. */
function nextMark(text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const mark = text[at];
    if (mark === ESC || mark === "\r") return at;
  }
  return text.length;
}

/** The colour sequence at `at`, undefined when it is any other sequence, or that it is not all there yet. */
function colourAt(text: string, at: number): string | "unfinished" | undefined {
  if (at + 1 >= text.length) return "unfinished";
  if (text[at + 1] !== "[") return undefined;
  for (let end = at + 2; end < text.length; end++) {
    const mark = text[end] as string;
    if (mark === "m") {
      const sequence = text.slice(at, end + 1);
      return conceals(sequence.slice(2, -1)) ? undefined : sequence;
    }
    if (!/[0-9;:]/.test(mark)) return undefined;
  }
  return "unfinished";
}

/** True when SGR parameters hide text (8). In `38;5;8` the 8 is a colour number, so those are skipped over. */
function conceals(parameters: string): boolean {
  const numbers = parameters.split(";");
  for (let index = 0; index < numbers.length; index++) {
    const value = numbers[index];
    if (value === "38" || value === "48" || value === "58") {
      index += numbers[index + 1] === "5" ? 2 : numbers[index + 1] === "2" ? 4 : 0;
    } else if (value !== undefined && /^0*8$/.test(value)) {
      return true;
    }
  }
  return false;
}
