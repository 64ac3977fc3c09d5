import { ByteAutomaton } from "./byte-automaton.ts";
import { Matcher } from "./matcher.ts";
import { type SecretForm, secretForms } from "./secret-forms.ts";
import { TerminalEscapes } from "./terminal-escapes.ts";

const ESC = 0x1b;
// Escape sequences without end between two bytes of a would-be secret may delay the output by this much, not more.
const mostHeld = 64 * 1024;
const nothing = Buffer.alloc(0);

interface Span {
  start: number;
  end: number;
  name: string;
}

/** Makes redactors (one per stream) that share one table of the secrets of a run. */
export class Redaction {
  readonly #automaton: ByteAutomaton | null;

  /** `values`: the variables whose values must not be stored, by name. */
  constructor(values: Readonly<Record<string, string>>) {
    const forms: SecretForm[] = secretForms(values);
    this.#automaton = forms.length > 0 ? new ByteAutomaton(forms) : null;
  }

  /** A redactor for one stream. */
  stream(): Redactor {
    return new Redactor(this.#automaton);
  }

  /** Redacts a whole text (an argument, a message). */
  text(text: string): string {
    if (!this.#automaton) return text;
    const redactor = this.stream();
    return Buffer.concat([Buffer.from(redactor.push(Buffer.from(text))), redactor.end()]).toString();
  }
}

/**
 * Replaces secrets in a stream of bytes by `[redacted:NAME]`, also when they are split across chunks or have terminal
 * escape sequences in between (which then disappear with them).
 *
 * Bytes are held back only while they are the beginning of a secret, or part of one. Two matchers run: one over the bytes
 * as they are, one over the text without escape sequences; they are one and the same until an escape sequence comes by.
 */
export class Redactor {
  readonly #automaton: ByteAutomaton | null;
  readonly #raw: Matcher;
  readonly #plain: Matcher;
  #escapes = new TerminalEscapes();
  #inStep = true;
  #held: Buffer = nothing;
  /** Escape sequences among the held bytes. */
  #skips: { start: number; end: number }[] = [];
  #spans: Span[] = [];

  constructor(automaton: ByteAutomaton | null) {
    this.#automaton = automaton;
    this.#raw = new Matcher(automaton ?? emptyAutomaton);
    this.#plain = new Matcher(automaton ?? emptyAutomaton);
  }

  /**
   * Takes the next bytes and returns those that may be stored. The result may share memory with `chunk`: use it before
   * the chunk's memory is used again.
   */
  push(chunk: Buffer): Buffer {
    if (!this.#automaton) return chunk;
    const from = this.#held.length;
    const data = from === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    for (let i = from; i < data.length; ) {
      i = this.#inStep ? this.#fast(this.#automaton, data, i) : this.#slow(data, i);
    }
    return this.#release(data, this.#limit(data.length));
  }

  /** The stream is over: returns what was held back. */
  end(): Buffer {
    return this.#release(this.#held, this.#held.length);
  }

  #fast(automaton: ByteAutomaton, data: Buffer, from: number): number {
    const { next, byteClass, classes, found } = automaton;
    let state = this.#raw.state;
    let i = from;
    for (; i < data.length; i += 1) {
      const byte = data[i] as number;
      if (byte === ESC) break;
      state = next[state * classes + (byteClass[byte] as number)] as number;
      if ((found[state] as number) !== 0) {
        this.#raw.state = state;
        this.#cover(this.#raw.startSpans(i, (length) => i - length + 1));
        if (this.#raw.following) break;
      }
    }
    this.#raw.state = state;
    if (i < data.length) {
      // Before the escape sequence (or behind the beginning of a long secret) both matchers have seen the same.
      this.#plain.become(this.#raw);
      this.#inStep = false;
      if (data[i] !== ESC) i += 1;
    }
    return i;
  }

  #slow(data: Buffer, i: number): number {
    const byte = data[i] as number;
    this.#cover(this.#raw.take(byte, i, (length) => i - length + 1));
    if (this.#escapes.take(byte)) this.#skip(i);
    else this.#cover(this.#plain.take(byte, i, (length) => this.#back(i, length)));
    const apart = this.#raw.following || this.#plain.following || !this.#escapes.inText;
    const last = this.#skips.at(-1)?.end ?? -1;
    if (!apart && this.#raw.state === this.#plain.state && last <= i - this.#raw.alive) {
      this.#inStep = true;
      this.#skips = [];
    }
    return i + 1;
  }

  #skip(i: number): void {
    const last = this.#skips.at(-1);
    if (last && last.end === i - 1) last.end = i;
    else this.#skips.push({ start: i, end: i });
  }

  /** Where the text of `length` bytes that ends at `i` begins, not counting escape sequences. */
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

  #cover(spans: readonly Span[]): void {
    for (const span of spans) {
      let { start, end, name } = span;
      for (let last = this.#spans.at(-1); last && last.end >= start; last = this.#spans.at(-1)) {
        if (last.end - last.start > end - start) name = last.name;
        start = Math.min(start, last.start);
        end = Math.max(end, last.end);
        this.#spans.pop();
      }
      this.#spans.push({ start, end, name });
    }
  }

  #limit(length: number): number {
    const raw = Math.min(length - this.#raw.alive, this.#raw.followedFrom);
    if (this.#inStep) return this.#beforeSpans(raw);
    const plain = this.#plain.alive > 0 ? this.#back(length - 1, this.#plain.alive) : length;
    const limit = this.#beforeSpans(Math.min(raw, plain, this.#plain.followedFrom));
    if (length - limit <= mostHeld + 2 * (this.#automaton?.longest ?? 0)) return limit;
    this.#plain.become(this.#raw);
    return this.#beforeSpans(raw);
  }

  // What is covered goes out in one piece, when its end is known.
  #beforeSpans(limit: number): number {
    const last = this.#spans.at(-1);
    return last && last.end >= limit ? Math.min(limit, last.start) : limit;
  }

  #release(data: Buffer, limit: number): Buffer {
    const parts: Buffer[] = [];
    let from = 0;
    while (this.#spans[0] && this.#spans[0].end < limit) {
      const span = this.#spans.shift() as Span;
      parts.push(data.subarray(from, span.start), Buffer.from(`[redacted:${span.name}]`));
      from = span.end + 1;
    }
    parts.push(data.subarray(from, limit));
    this.#held = limit < data.length ? Buffer.from(data.subarray(limit)) : nothing;
    for (const span of this.#spans) shift(span, limit);
    this.#skips = this.#skips.filter((skip) => skip.end >= limit);
    for (const skip of this.#skips) shift(skip, limit);
    this.#raw.shift(limit);
    this.#plain.shift(limit);
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  }
}

function shift(range: { start: number; end: number }, by: number): void {
  range.start -= by;
  range.end -= by;
}

const emptyAutomaton = new ByteAutomaton([]);
