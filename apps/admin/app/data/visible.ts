/**
 * Characters that a page must not show as themselves: controls (a terminal's escapes), and everything that is invisible or
 * turns the direction of what follows. A job's name with one of these could pass for another's. A selector of variants is
 * seen by what it does to a symbol before it (⚠️), and by nothing anywhere else.
 */
const UNSAFE =
  /(?![\t\n\r])[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]|(?<![\p{Emoji}])[\ufe0e\ufe0f]|(?![\ufe0e\ufe0f])[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu;

/** A copy of some data in which every text is safe to look at: each unsafe character is shown as its code, `⟨202E⟩`. */
export function visible<T>(value: T): T {
  if (typeof value === "string") return visibleText(value) as T;
  if (Array.isArray(value)) return value.map(visible) as T;
  if (value !== null && typeof value === "object" && Object.getPrototypeOf(value) === Object.prototype) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [visibleText(key), visible(item)])) as T;
  }
  return value;
}

/** One text made safe to look at. */
export function visibleText(text: string): string {
  return text.replace(
    UNSAFE,
    (character) => `⟨${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`,
  );
}
