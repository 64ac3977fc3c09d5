import type { ByteAutomaton } from "./byte-automaton.ts";

/** A stretch of the stream, both ends included, that must not be stored. */
export interface FoundSpan {
  readonly start: number;
  readonly end: number;
  readonly name: string;
}

/** A secret longer than the automaton follows: its remaining bytes are compared one by one. */
interface Follower {
  readonly name: string;
  readonly bytes: Buffer;
  at: number;
  start: number;
}

const none: readonly FoundSpan[] = [];

/** One reading of the stream: the automaton's state, and the long secrets whose beginning has been seen. */
export class Matcher {
  state = 0;
  readonly #automaton: ByteAutomaton;
  #followers: Follower[] = [];
  #followed: readonly FoundSpan[] = none;

  constructor(automaton: ByteAutomaton) {
    this.#automaton = automaton;
  }

  get following(): boolean {
    return this.#followers.length > 0;
  }

  /** How many bytes at the end may be the beginning of a secret. */
  get alive(): number {
    return this.#automaton.alive[this.state] ?? 0;
  }

  /** Where the earliest long secret that is being followed begins; infinite when there is none. */
  get followedFrom(): number {
    return this.#followers.reduce((least, follower) => Math.min(least, follower.start), Number.POSITIVE_INFINITY);
  }

  /** Takes the byte at position `i`; true when it completes or continues something: then ask `covered`. */
  take(byte: number, i: number): boolean {
    const { next, byteClass, classes, found } = this.#automaton;
    this.#followed = this.#followers.length === 0 ? none : this.#follow(byte, i);
    this.state = next[this.state * classes + (byteClass[byte] as number)] as number;
    return this.#followed.length > 0 || found[this.state] !== 0;
  }

  /** What the byte just taken covers; `startOf` says where a text of so many bytes ending at `i` begins. */
  covered(i: number, startOf: (length: number) => number): readonly FoundSpan[] {
    return [...this.#followed, ...this.startSpans(i, startOf)];
  }

  /** What the current state says was found; begins to follow the longer secrets that start with it. */
  startSpans(i: number, startOf: (length: number) => number): readonly FoundSpan[] {
    const finding = this.#automaton.findings[(this.#automaton.found[this.state] ?? 0) - 1];
    if (!finding) return none;
    const start = startOf(finding.length);
    for (const form of finding.longer) {
      this.#followers.push({
        name: form.name,
        bytes: form.bytes,
        at: finding.length,
        start,
      });
    }
    return [{ start, end: i, name: finding.name }];
  }

  /** Takes over what another matcher knows. */
  become(other: Matcher): void {
    this.state = other.state;
    if (this.#followers.length + other.#followers.length === 0) return;
    this.#followers = other.#followers.map((follower) => ({ ...follower }));
  }

  /** The first `by` bytes of the window are gone. */
  shift(by: number): void {
    for (const follower of this.#followers) follower.start -= by;
  }

  // What matched so far is covered even if the next byte differs: the beginning of a long key is secret too.
  #follow(byte: number, i: number): readonly FoundSpan[] {
    const going = this.#followers.filter((follower) => follower.bytes[follower.at++] === byte);
    this.#followers = going.filter((follower) => follower.at < follower.bytes.length);
    return going.map((follower) => ({
      start: follower.start,
      end: i,
      name: follower.name,
    }));
  }
}
