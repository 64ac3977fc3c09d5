import type { ByteAutomaton } from "./byte-automaton.ts";
import { type FoundSpan, Matcher } from "./matcher.ts";
import { TerminalEscapes } from "./terminal-escapes.ts";

const none: readonly FoundSpan[] = [];

/**
 * One reading of the stream as text, escape sequences left out.
 *
 * Positions count from the first byte the redactor still holds.
 */
export class TextLane {
  readonly #matcher: Matcher;
  readonly #escapes: TerminalEscapes;
  /** Escape sequences among the held bytes, in order. */
  #skips: { start: number; end: number }[] = [];

  /** `strings`: whether the text inside a title or another control string is left out too. */
  constructor(automaton: ByteAutomaton, options: { strings: boolean }) {
    this.#matcher = new Matcher(automaton);
    this.#escapes = new TerminalEscapes(options);
  }

  /** Takes the byte at position `i`; returns what it completes. */
  take(byte: number, i: number): readonly FoundSpan[] {
    if (!this.#escapes.take(byte)) {
      if (!this.#matcher.take(byte, i)) return none;
      return this.#matcher.covered(i, (length) => this.#back(i, length));
    }
    const last = this.#skips[this.#skips.length - 1];
    if (last !== undefined && last.end === i - 1) last.end = i;
    else this.#skips.push({ start: i, end: i });
    return none;
  }

  /** Whether it has come to know exactly what the matcher of the raw bytes knows after position `i`. */
  agreesWith(raw: Matcher, i: number): boolean {
    if (!this.#escapes.inText || this.#matcher.state !== raw.state || this.#matcher.following) return false;
    const last = this.#skips[this.#skips.length - 1];
    return last === undefined || last.end <= i - raw.alive;
  }

  /** Takes over what the matcher of the raw bytes knows. */
  agree(raw: Matcher): void {
    this.#matcher.become(raw);
    this.#skips = [];
  }

  /** The first position, of `length` bytes, that may belong to a secret that is not complete. */
  heldFrom(length: number): number {
    const { alive, followedFrom } = this.#matcher;
    return Math.min(followedFrom, alive > 0 ? this.#back(length - 1, alive) : length);
  }

  /** The first `by` bytes are gone. */
  shift(by: number): void {
    this.#matcher.shift(by);
    this.#skips = this.#skips.filter((skip) => skip.end >= by);
    for (const skip of this.#skips) {
      skip.start -= by;
      skip.end -= by;
    }
  }

  /** Where the text of `length` bytes that ends at `i` begins. */
  #back(i: number, length: number): number {
    let end = i;
    let left = length;
    for (let s = this.#skips.length - 1; s >= 0; s -= 1) {
      const skip = this.#skips[s] as { start: number; end: number };
      if (skip.start > end) continue;
      const between = Math.max(0, end - skip.end);
      if (between >= left) break;
      left -= between;
      end = skip.start - 1;
    }
    return Math.max(0, end - left + 1);
  }
}
