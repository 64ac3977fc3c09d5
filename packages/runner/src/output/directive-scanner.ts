import { type Directive, directiveMark, longestLine, longestResult, parseDirective } from "./parse-directive.ts";

const LF = 0x0a;
const CR = 0x0d;
const mark = Buffer.from(directiveMark);
const resultMark = Buffer.from(`${directiveMark}result=`);
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are made of them
const colours = /\u001b\[[0-9;?]*[A-Za-z]/g;

/**
 * Finds directive lines in a stream of output, also across chunk borders.
 *
 * It searches for the mark with the native search and looks only at what surrounds it: output without directives costs
 * next to nothing. A line ends at a line feed or a carriage return, and at the end of the stream.
 */
export class DirectiveScanner {
  readonly #onDirective: (directive: Directive) => void;
  /** The end of what was seen, where a directive may have begun: copied, because chunks are used again. */
  #carry: Buffer = Buffer.alloc(0);
  #carryStartsLine = true;

  constructor(onDirective: (directive: Directive) => void) {
    this.#onDirective = onDirective;
  }

  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    if (this.#carry.length > 0 && !this.#reaches(chunk)) this.#forget();
    const data = this.#carry.length > 0 ? Buffer.concat([this.#carry, chunk]) : chunk;
    this.#keep(data, this.#scan(data));
  }

  /** Whether what was carried may go on in this chunk; it nearly never does, which saves a copy of every chunk. */
  #reaches(chunk: Buffer): boolean {
    if (this.#carry.length >= mark.length) return true;
    const seam = Buffer.concat([this.#carry, chunk.subarray(0, mark.length)]);
    const at = seam.indexOf(mark);
    return at !== -1 ? at < this.#carry.length : chunk.length < mark.length;
  }

  #forget(): void {
    this.#carryStartsLine = this.#startsLine(this.#carry, this.#carry.length);
    this.#carry = Buffer.alloc(0);
  }

  /** The stream is over: its last line may have no line end. */
  end(): void {
    if (this.#carryStartsLine && startsWith(this.#carry, mark)) this.#line(this.#carry);
    this.#carry = Buffer.alloc(0);
  }

  /** Handles the complete lines; returns where the first incomplete one begins, or -1. */
  #scan(data: Buffer): number {
    for (let at = data.indexOf(mark); at !== -1; at = data.indexOf(mark, at + mark.length)) {
      if (!this.#startsLine(data, at)) continue;
      const limit = startsWith(data.subarray(at), resultMark) ? longestResult + resultMark.length : longestLine;
      const end = lineEnd(data.subarray(at, at + limit + 1));
      if (end !== -1) this.#line(data.subarray(at, at + end));
      else if (data.length - at <= limit) return at;
    }
    return -1;
  }

  #keep(data: Buffer, incomplete: number): void {
    const start = incomplete === -1 ? Math.max(0, data.length - mark.length + 1) : incomplete;
    this.#carryStartsLine = this.#startsLine(data, start);
    this.#carry = Buffer.from(data.subarray(start));
  }

  #startsLine(data: Buffer, at: number): boolean {
    if (at === 0) return this.#carryStartsLine;
    const before = data[at - 1];
    return before === LF || before === CR;
  }

  #line(line: Buffer): void {
    const directive = parseDirective(line.toString("utf8", mark.length).replace(colours, ""));
    if (directive) this.#onDirective(directive);
  }
}

function startsWith(data: Buffer, prefix: Buffer): boolean {
  return data.length >= prefix.length && data.compare(prefix, 0, prefix.length, 0, prefix.length) === 0;
}

function lineEnd(line: Buffer): number {
  const lf = line.indexOf(LF);
  const cr = line.indexOf(CR);
  if (lf === -1) return cr;
  return cr === -1 ? lf : Math.min(lf, cr);
}
