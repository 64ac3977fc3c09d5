import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { visible, visibleText } from "../app/data/visible.ts";

/** What must never reach a page as itself. Said by code points here, by properties of Unicode there. */
const UNSAFE: readonly [from: number, to: number, what: string][] = [
  [0x00, 0x08, "controls"],
  [0x0b, 0x0c, "controls"],
  [0x0e, 0x1f, "controls, escape among them"],
  [0x7f, 0x9f, "delete and the second set of controls"],
  [0xad, 0xad, "the soft hyphen"],
  [0x61c, 0x61c, "the Arabic letter mark"],
  [0x34f, 0x34f, "the combining grapheme joiner"],
  [0x115f, 0x1160, "Hangul fillers"],
  [0x3164, 0x3164, "the Hangul filler"],
  [0xffa0, 0xffa0, "the halfwidth Hangul filler"],
  [0x200b, 0x200f, "zero widths and direction marks"],
  [0x2028, 0x202e, "separators, embeddings and overrides"],
  [0x2060, 0x206f, "invisible operators and isolates"],
  [0xfeff, 0xfeff, "the byte order mark"],
  [0xfff9, 0xfffb, "annotations"],
  [0xd800, 0xdfff, "halves of characters"],
  [0xe0000, 0xe0fff, "tags and what is reserved beside them"],
];

const isUnsafe = (character: string) => {
  const code = character.codePointAt(0) ?? 0;
  return UNSAFE.some(([from, to]) => code >= from && code <= to);
};

/** Any text, with more of what is unsafe than chance would give. */
const text = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(...UNSAFE.flatMap(([from, to]) => [to, from]).map((code) => String.fromCodePoint(code))),
    ),
  )
  .map((pieces) => pieces.join(""));

describe("text on a page", () => {
  test("holds nothing that is invisible or turns the direction, whatever it was", () => {
    fc.assert(
      fc.property(text, (some) => ![...visibleText(some)].some(isUnsafe)),
      { numRuns: 2_000 },
    );
  });

  test.each(UNSAFE)("shows U+%i to U+%i as their codes: %s", (from, to) => {
    for (const code of [from, to]) {
      const hex = code.toString(16).toUpperCase().padStart(4, "0");
      expect(visibleText(`a${String.fromCodePoint(code)}b`)).toBe(`a⟨${hex}⟩b`);
    }
  });

  test("is as it was when everything in it can be seen", () => {
    const seen = fc.string({ unit: "grapheme-ascii" });
    fc.assert(fc.property(seen, (some) => visibleText(some) === some));
    for (const some of [
      "Grüße, 漢字, العربية, 🚀 ⚠️ ❤️ 1️⃣",
      "tab\tline\nreturn\r",
      "non\u00a0breaking",
      "e\u0301",
      "<b>&amp;</b>",
    ]) {
      expect(visibleText(some)).toBe(some);
    }
  });

  test("once made safe stays as it is", () => {
    fc.assert(fc.property(text, (some) => visibleText(visibleText(some)) === visibleText(some)));
  });

  test("that differs in what cannot be seen, differs in what is seen", () => {
    expect(visibleText("deploy\u200b")).not.toBe(visibleText("deploy"));
    expect(visibleText("\u202edeploy")).not.toBe(visibleText("\u202ddeploy"));
    // A selector of variants says nothing without something it varies.
    expect(visibleText("deploy\ufe0f")).toBe("deploy⟨FE0F⟩");
  });
});

describe("data of a page", () => {
  test("is made safe at every depth, names of fields too", () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: "binary" }), (value) => {
        return ![...JSON.stringify(visible(value)).replaceAll(/\\u[0-9a-f]{4}/gi, "\u0000")].some(isUnsafe);
      }),
      { numRuns: 1_000 },
    );
    expect(visible({ "a\u200b": [{ b: "\u202e" }], n: 1, no: null, yes: true })).toEqual({
      "a⟨200B⟩": [{ b: "⟨202E⟩" }],
      n: 1,
      no: null,
      yes: true,
    });
  });

  test("that was safe is equal to what it was, and its own object", () => {
    fc.assert(
      fc.property(fc.jsonValue({ stringUnit: "grapheme-ascii" }), (value) => {
        expect(visible(value)).toEqual(value);
      }),
    );
  });

  test("keeps a field that is called __proto__ a field", () => {
    const row = JSON.parse('{"__proto__": {"admin": true}}');
    const shown = visible(row) as { admin?: boolean };
    expect(shown.admin).toBeUndefined();
    expect(JSON.stringify(shown)).toBe('{"__proto__":{"admin":true}}');
  });
});
