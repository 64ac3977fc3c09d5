const ESC = 0x1b;
const BEL = 0x07;
// A sequence without an end (binary data that happens to look like the start of one) is given up after this many bytes.
const longestControl = 256;
const longestString = 4096;

// Where in a sequence the next byte stands. Numbers, because this is asked for every byte near a sequence.
const text = 0;
const escaped = 1;
const charset = 2;
const control = 3;
const string = 4;
const stringEscape = 5;
/** The byte does not belong to the sequence, which is over. */
const notMine = 6;

const stringBegins = Buffer.from("]PX^_");
const twoByteFinals = Buffer.from("78=>cDEHMNOZno|}~");

/** Tells the bytes of terminal escape sequences (colours, cursor moves, titles) from the text between them. */
export class TerminalEscapes {
  readonly #strings: boolean;
  #within = text;
  #length = 0;

  /** `strings`: whether the content of a control string (a title, a link) belongs to its sequence, or is text. */
  constructor(options: { strings: boolean }) {
    this.#strings = options.strings;
  }

  get inText(): boolean {
    return this.#within === text;
  }

  /** Takes the next byte; true when it belongs to an escape sequence, false when it is text. */
  take(byte: number): boolean {
    if (this.#within === text) {
      if (byte !== ESC) return false;
      this.#length = 0;
      this.#within = escaped;
      return true;
    }
    this.#length += 1;
    const next = this.#next(byte);
    this.#within = next === notMine ? text : next;
    return next !== notMine;
  }

  #next(byte: number): number {
    switch (this.#within) {
      case charset:
        return isIntermediate(byte) ? charset : byte >= 0x30 && byte <= 0x7e ? text : notMine;
      case control:
        if (byte >= 0x40 && byte <= 0x7e) return text;
        return byte >= 0x20 && byte <= 0x3f && this.#length < longestControl ? control : notMine;
      case string:
        if (byte === BEL) return text;
        if (byte === ESC) return stringEscape;
        return this.#length < longestString ? string : notMine;
      default:
        return this.#afterEscape(byte);
    }
  }

  #afterEscape(byte: number): number {
    if (byte === ESC) return escaped;
    if (byte === 0x5b) return control; // [
    if (stringBegins.includes(byte)) return this.#strings ? string : text;
    if (this.#within === stringEscape && byte === 0x5c) return text; // \ ends a string
    if (isIntermediate(byte)) return charset;
    // Of the two-byte sequences only those that terminals know: a stray ESC must not swallow the first letter of a secret.
    return twoByteFinals.includes(byte) ? text : notMine;
  }
}

function isIntermediate(byte: number): boolean {
  return byte >= 0x20 && byte <= 0x2f;
}
