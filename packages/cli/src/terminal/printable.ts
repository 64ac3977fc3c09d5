/**
 * Characters that a terminal or a reader would obey instead of show: C0 and C1 controls, DEL, and the marks that reorder
 * or hide text (bidirectional overrides and isolates, zero-width space, line and paragraph separators, BOM).
 * The zero-width joiner stays: emoji need it and it hides nothing.
 */
const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this finds.
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/**
 * Text from anywhere, safe to print on one line: what could move the cursor, change colours, reorder or hide text is
 * shown as an escape such as `\x1b` or `\u202e`. Every text that came from the database passes through here.
 */
export function printable(text: unknown): string {
  return String(text ?? "").replace(UNSAFE, visible);
}

/** As {@link printable}, but line breaks and tabs stay: for text that is meant to have several lines. */
export function printableLines(text: unknown): string {
  return String(text ?? "")
    .replace(/\r\n/g, "\n")
    .replace(UNSAFE, (mark) => (mark === "\n" || mark === "\t" ? mark : visible(mark)));
}

/** The visible form of one character: `\n`, `\t`, `\r`, `\xNN` below 256, `\uNNNN` above. */
export function visible(mark: string): string {
  if (mark === "\n") return "\\n";
  if (mark === "\t") return "\\t";
  if (mark === "\r") return "\\r";
  const code = mark.codePointAt(0) ?? 0;
  return code < 256 ? `\\x${code.toString(16).padStart(2, "0")}` : `\\u${code.toString(16).padStart(4, "0")}`;
}
