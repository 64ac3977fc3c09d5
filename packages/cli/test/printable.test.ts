import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { printable, printableLines } from "../src/terminal/printable.ts";

describe("text from the database", () => {
  test("shows control characters instead of obeying them", () => {
    expect(printable("a\u001b[2Jb\u0007c\u009bd\u007f")).toBe("a\\x1b[2Jb\\x07c\\x9bd\\x7f");
    expect(printable("one\r\ntwo\tthree")).toBe("one\\r\\ntwo\\tthree");
  });

  test("shows marks that reorder or hide text", () => {
    expect(printable("invoice\u202egpj.exe")).toBe("invoice\\u202egpj.exe");
    expect(printable("\u2066x\u2069\u200b\ufeff\u2028")).toBe("\\u2066x\\u2069\\u200b\\ufeff\\u2028");
  });

  test("leaves ordinary text of any script alone, emoji included", () => {
    const text = "naïve Ωμέγα 日本語 العربية 👩‍🚀 1%";
    expect(printable(text)).toBe(text);
  });

  test("shows half of a surrogate pair", () => {
    expect(printable("a\ud83db\ude00")).toBe("a\\ud83db\\ude00");
  });

  test("keeps line breaks and tabs where several lines are meant", () => {
    expect(printableLines("a\tb\r\nc\n\u001b]0;title\u0007")).toBe("a\tb\nc\n\\x1b]0;title\\x07");
  });

  test("never lets a control character through, whatever the text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: that is the promise.
        expect(printable(text)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
      }),
    );
  });
});
