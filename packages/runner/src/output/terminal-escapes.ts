const ESC = 0x1b;
const BEL = 0x07;
// A sequence without an end (binary data that happens to look like the start of one) is given up after this many bytes.
const longestControl = 256;
const longestString = 4096;

const twoByteFinals = Buffer.from("78=>cDEHMNOZno|}~");

type Within = "text" | "escape" | "charset" | "control" | "string" | "string-escape";

/** Tells the bytes of terminal escape sequences (colours, cursor moves, titles) from the text between them. */
export class TerminalEscapes {
  #within: Within = "text";
  #length = 0;

  get inText(): boolean {
    return this.#within === "text";
  }

  /** Takes the next byte; true when it belongs to an escape sequence, false when it is text. */
  take(byte: number): boolean {
    if (this.#within === "text" && byte !== ESC) return false;
    this.#length = this.#within === "text" ? 1 : this.#length + 1;
    const next = this.#next(byte);
    this.#within = next === "not mine" ? "text" : next;
    return next !== "not mine";
  }

  #next(byte: number): Within | "not mine" {
    switch (this.#within) {
      case "text":
        return "escape";
      case "string-escape":
      case "escape":
        return afterEscape(byte);
      case "charset":
        return byte >= 0x20 && byte <= 0x2f ? "charset" : byte >= 0x30 && byte <= 0x7e ? "text" : "not mine";
      case "control":
        if (byte >= 0x40 && byte <= 0x7e) return "text";
        return byte >= 0x20 && byte <= 0x3f && this.#length < longestControl ? "control" : "not mine";
      case "string":
        if (byte === BEL) return "text";
        if (byte === ESC) return "string-escape";
        return this.#length < longestString ? "string" : "not mine";
    }
  }
}

function afterEscape(byte: number): Within | "not mine" {
  if (byte === ESC) return "escape";
  if (byte === 0x5b) return "control"; // [
  if (byte === 0x5d || byte === 0x50 || byte === 0x58 || byte === 0x5e || byte === 0x5f) return "string"; // ] P X ^ _
  if (byte >= 0x20 && byte <= 0x2f) return "charset";
  // Of the two-byte sequences only those that terminals know: a stray ESC must not swallow the first letter of a secret.
  return twoByteFinals.includes(byte) ? "text" : "not mine";
}
