import type { SecretForm } from "./secret-forms.ts";

// The automaton follows at most this many bytes of a form; the rest of a longer one is compared byte by byte. That keeps
// the table small (64 MB is all the runner has), whatever the length of the secrets.
const longestPrefix = 64;
const mostStates = 65_535;

/** What is known when the automaton says that it found something. */
export interface Finding {
  readonly name: string;
  /** How many bytes, up to this one, belong to the form. */
  readonly length: number;
  /** Forms of which these bytes are only the beginning. */
  readonly longer: readonly SecretForm[];
}

/**
 * An Aho-Corasick automaton over bytes: one table lookup per byte, however many forms are looked for.
 *
 * State 0 means that nothing seen so far can be the beginning of a form.
 */
export class ByteAutomaton {
  /** Next state: `next[state * classes + byteClass[byte]]`. */
  readonly next: Uint16Array;
  /** Bytes that occur in no form share class 0, which leads to state 0. */
  readonly byteClass: Uint8Array;
  readonly classes: number;
  /** How many bytes back the longest beginning of a form lies that more bytes could still complete. */
  readonly alive: Uint16Array;
  /** Index into `findings` of the longest form that ends in this state, plus one; 0 = none. */
  readonly found: Uint16Array;
  readonly findings: readonly Finding[];
  /** Length of the longest form. */
  readonly longest: number;
  #grouped = 0;

  constructor(forms: readonly SecretForm[]) {
    const prefix = fittingPrefix(forms);
    this.findings = groupByPrefix(forms, prefix);
    this.longest = forms.reduce((most, form) => Math.max(most, form.bytes.length), 0);
    this.byteClass = classesOf(forms);
    this.classes = Math.max(...this.byteClass) + 1;
    const most = 1 + forms.reduce((sum, form) => sum + Math.min(form.bytes.length, prefix), 0);
    this.next = new Uint16Array(most * this.classes);
    this.alive = new Uint16Array(most);
    this.found = new Uint16Array(most);
    const depth: number[] = [0];
    for (const form of forms) this.#insert(form.bytes.subarray(0, prefix), depth);
    this.#link(depth);
  }

  #insert(bytes: Buffer, depth: number[]): void {
    let state = 0;
    for (const byte of bytes) {
      const at = state * this.classes + (this.byteClass[byte] ?? 0);
      if (this.next[at] === 0) {
        this.next[at] = depth.length;
        depth.push((depth[state] ?? 0) + 1);
      }
      state = this.next[at] ?? 0;
    }
    if (this.found[state] === 0) this.found[state] = ++this.#grouped;
  }

  // Breadth first: a state's fallback is shallower than the state, so it is complete when it is needed.
  #link(depth: number[]): void {
    const fallback = new Uint16Array(depth.length);
    for (let level = [0]; level.length > 0; ) {
      const below: number[] = [];
      for (const state of level) {
        const children = this.#linkChildren(state, fallback);
        const falls = fallback[state] ?? 0;
        this.alive[state] = children.length > 0 ? (depth[state] ?? 0) : (this.alive[falls] ?? 0);
        if (this.found[state] === 0) this.found[state] = this.found[falls] ?? 0;
        below.push(...children);
      }
      level = below;
    }
  }

  #linkChildren(state: number, fallback: Uint16Array): number[] {
    const children: number[] = [];
    const falls = fallback[state] ?? 0;
    for (let c = 1; c < this.classes; c += 1) {
      const at = state * this.classes + c;
      const child = this.next[at] ?? 0;
      const viaFallback = state === 0 ? 0 : (this.next[falls * this.classes + c] ?? 0);
      if (child === 0) {
        this.next[at] = viaFallback;
        continue;
      }
      fallback[child] = viaFallback;
      children.push(child);
    }
    return children;
  }
}

// In the order in which #insert meets them: the n-th new prefix is the n-th finding.
function groupByPrefix(forms: readonly SecretForm[], prefix: number): Finding[] {
  const groups = new Map<string, { name: string; length: number; longer: SecretForm[] }>();
  for (const form of forms) {
    const key = form.bytes.toString("latin1", 0, prefix);
    const group = groups.get(key) ?? {
      name: form.name,
      length: key.length,
      longer: [],
    };
    if (form.bytes.length > prefix) group.longer.push(form);
    groups.set(key, group);
  }
  return [...groups.values()];
}

// A text never contains all 256 bytes (UTF-8 has no 0xC0, 0xC1 or 0xF5 and above), so the classes fit one byte.
function classesOf(forms: readonly SecretForm[]): Uint8Array {
  const classes = new Uint8Array(256);
  let last = 0;
  for (const { bytes } of forms) {
    for (const byte of bytes) if (classes[byte] === 0) classes[byte] = ++last;
  }
  return classes;
}

function fittingPrefix(forms: readonly SecretForm[]): number {
  for (let prefix = longestPrefix; prefix > 8; prefix /= 2) {
    const states = forms.reduce((sum, form) => sum + Math.min(form.bytes.length, prefix), 1);
    if (states <= mostStates) return prefix;
  }
  return 8;
}
