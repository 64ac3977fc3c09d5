import { ByteAutomaton } from "./byte-automaton.ts";
import { type FoundSpan, Matcher } from "./matcher.ts";
import { TextLane } from "./text-lane.ts";

const ESC = 0x1b;
// Escape sequences without end between two bytes of a would-be secret may delay the output by this much, not more.
const mostHeld = 64 * 1024;
const nothing = Buffer.alloc(0);
const emptyAutomaton = new ByteAutomaton([]);

interface Span {
  start: number;
  end: number;
  name: string;
}

/**
 * Replaces secrets in a stream of bytes by `[redacted:NAME]`, also when they are split across chunks or have terminal
 * escape sequences in between (which then disappear with them).
 *
 * Bytes are held back only while they are the beginning of a secret, or part of one. The stream is read in three ways at
 * once: byte by byte; as text without escape sequences; and as text in which the content of titles and other control
 * strings counts, because a stray beginning of one would otherwise hide what follows. All three are the same until an
 * escape sequence comes by, so only then do they cost anything.
 */
export class Redactor {
  readonly #automaton: ByteAutomaton;
  readonly #idle: boolean;
  readonly #raw: Matcher;
  readonly #lanes: readonly TextLane[];
  #inStep = true;
  #held: Buffer = nothing;
  #joined: Buffer = nothing;
  /** Covered stretches of the held bytes, in order, apart from each other. */
  #spans: Span[] = [];

  /** Null: there is nothing to redact. */
  constructor(automaton: ByteAutomaton | null) {
    this.#idle = automaton === null;
    this.#automaton = automaton ?? emptyAutomaton;
    this.#raw = new Matcher(this.#automaton);
    this.#lanes = [true, false].map((strings) => new TextLane(this.#automaton, { strings }));
  }

  /**
   * Takes the next bytes and returns those that may be stored. The result may share memory with `chunk`, and with the
   * next result: use it before the next call.
   */
  push(chunk: Buffer): Buffer {
    if (this.#idle) return chunk;
    const from = this.#held.length;
    const data = from === 0 ? chunk : this.#behindHeld(chunk);
    for (let i = from; i < data.length; ) i = this.#inStep ? this.#fast(data, i) : this.#slow(data, i);
    return this.#release(data, this.#limit(data.length));
  }

  /** The stream is over: returns what was held back. */
  end(): Buffer {
    return this.#release(this.#held, this.#held.length);
  }

  // Into memory that is used again: a copy of its own for each chunk would cost more memory than all the rest.
  #behindHeld(chunk: Buffer): Buffer {
    const length = this.#held.length + chunk.length;
    if (this.#joined.length < length) this.#joined = Buffer.allocUnsafeSlow(length * 2);
    this.#held.copy(this.#joined);
    chunk.copy(this.#joined, this.#held.length);
    return this.#joined.subarray(0, length);
  }

  /** Reads on as long as all readings are the same; returns where they part, or the end. */
  #fast(data: Buffer, from: number): number {
    const { next, byteClass, classes, found } = this.#automaton;
    let state = this.#raw.state;
    let i = from;
    for (; i < data.length; i += 1) {
      const byte = data[i] as number;
      if (byte === ESC) break;
      state = next[state * classes + (byteClass[byte] as number)] as number;
      if ((found[state] as number) === 0) continue;
      this.#raw.state = state;
      this.#cover(this.#raw.startSpans(i, (length) => i - length + 1));
      if (!this.#raw.following) continue;
      i += 1;
      break;
    }
    this.#raw.state = state;
    if (i < data.length || this.#raw.following) this.#part();
    return i;
  }

  #part(): void {
    this.#inStep = false;
    for (const lane of this.#lanes) lane.agree(this.#raw);
  }

  #slow(data: Buffer, i: number): number {
    const byte = data[i] as number;
    if (this.#raw.take(byte, i)) this.#cover(this.#raw.covered(i, (length) => i - length + 1));
    let agree = !this.#raw.following;
    for (const lane of this.#lanes) {
      const spans = lane.take(byte, i);
      if (spans.length > 0) this.#cover(spans);
      agree &&= lane.agreesWith(this.#raw, i);
    }
    this.#inStep = agree;
    return i + 1;
  }

  #cover(spans: readonly FoundSpan[]): void {
    for (const span of spans) {
      let { start, end, name } = span;
      for (let last = this.#spans.at(-1); last && last.end >= start; last = this.#spans.at(-1)) {
        if (last.end - last.start >= end - start) name = last.name;
        start = Math.min(start, last.start);
        end = Math.max(end, last.end);
        this.#spans.pop();
      }
      this.#spans.push({ start, end, name });
    }
  }

  /** Up to where the bytes may go out. */
  #limit(length: number): number {
    const raw = Math.min(length - this.#raw.alive, this.#raw.followedFrom);
    if (this.#inStep) return this.#beforeSpan(raw);
    const limit = this.#beforeSpan(Math.min(raw, ...this.#lanes.map((lane) => lane.heldFrom(length))));
    if (length - limit <= mostHeld + 2 * this.#automaton.longest) return limit;
    this.#part();
    return this.#beforeSpan(raw);
  }

  // What is covered goes out in one piece, when its end is known.
  #beforeSpan(limit: number): number {
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
    for (const span of this.#spans) {
      span.start -= limit;
      span.end -= limit;
    }
    this.#raw.shift(limit);
    for (const lane of this.#lanes) lane.shift(limit);
    return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
  }
}
