import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { OutputSink } from "../src/output/output-sink.ts";
import { SafeOutput } from "../src/terminal/safe-output.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

function shown(...chunks: (string | Uint8Array)[]): string {
  const safe = new SafeOutput();
  return chunks.map((chunk) => safe.write(typeof chunk === "string" ? bytes(chunk) : chunk)).join("") + safe.end();
}

describe("output on a terminal", () => {
  test("keeps colours, and ends one that was left on", () => {
    expect(shown("\u001b[1;31mred\u001b[0m plain")).toBe("\u001b[1;31mred\u001b[0m plain");
    expect(shown("\u001b[31mred")).toBe("\u001b[31mred\u001b[0m");
  });

  test("shows titles, clipboard writes, links and cursor moves as text", () => {
    expect(shown("\u001b]0;owned\u0007")).toBe("\\x1b]0;owned\\x07");
    expect(shown("\u001b]52;c;cm0gLXJm\u001b\\")).toBe("\\x1b]52;c;cm0gLXJm\\x1b\\");
    expect(shown("\u001b[2J\u001b[1;1Hfake prompt$ ")).toBe("\\x1b[2J\\x1b[1;1Hfake prompt$ ");
  });

  test("shows concealed text, and is not fooled by colour number 8", () => {
    expect(shown("\u001b[8mhidden")).toBe("\\x1b[8mhidden");
    expect(shown("\u001b[38;5;8mgrey\u001b[0m")).toBe("\u001b[38;5;8mgrey\u001b[0m");
  });

  test("does not let a carriage return cover what was printed", () => {
    expect(shown("rm -rf /\rall is well\r\n")).toBe("rm -rf /\nall is well\n");
  });

  test("recognises a sequence, a character and a line end that come in two chunks", () => {
    expect(shown("a\u001b[3", "1mb\u001b[0m")).toBe("a\u001b[31mb\u001b[0m");
    expect(shown(bytes("é").subarray(0, 1), bytes("é").subarray(1))).toBe("é");
    expect(shown("a\r", "\nb")).toBe("a\nb");
  });

  test("shows invalid UTF-8 as replacement characters and NUL bytes as text", () => {
    expect(shown(new Uint8Array([0x61, 0xff, 0x00, 0x62]))).toBe("a\ufffd\\x00b");
  });

  test("says the same however the bytes are cut into chunks", () => {
    const pieces = fc.array(
      fc.constantFrom("a", "é", "\u001b[", "3", "1", "m", "\r", "\n", "\u001b]", "\u0007", ";", "8", "👍"),
    );
    fc.assert(
      fc.property(pieces, fc.nat(40), (parts, cut) => {
        const all = bytes(parts.join(""));
        expect(shown(all.subarray(0, cut), all.subarray(cut))).toBe(shown(all));
      }),
    );
  });

  test("never emits an escape that is not a colour", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (data) => {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: that is the promise.
        expect(shown(data).replace(/\u001b\[[0-9;:]*m/g, "")).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
      }),
    );
  });
});

describe("where output goes", () => {
  const collect = (isTTY: boolean) => {
    const chunks: Buffer[] = [];
    const stream = { isTTY, write: (chunk: string | Uint8Array) => chunks.push(Buffer.from(chunk as string)) > 0 };
    return { stream, text: () => Buffer.concat(chunks).toString("latin1") };
  };

  test("is byte for byte when it is not a terminal, and stderr stays apart", async () => {
    const [stdout, stderr] = [collect(false), collect(false)];
    const sink = new OutputSink(stdout.stream, stderr.stream, false);
    await sink.write({ stream: "stdout", data: bytes("\u001b[2Jx\u0000") });
    await sink.write({ stream: "stderr", data: bytes("oops") });
    await sink.end();
    expect(stdout.text()).toBe("\u001b[2Jx\u0000");
    expect(stderr.text()).toBe("oops");
  });

  test("is made safe on a terminal, unless raw is asked for", async () => {
    const [safe, raw] = [collect(true), collect(true)];
    for (const [target, exact] of [
      [safe, false],
      [raw, true],
    ] as const) {
      const sink = new OutputSink(target.stream, target.stream, exact);
      await sink.write({ stream: "raw", data: bytes("\u001b[2Jx") });
      await sink.end();
    }
    expect(safe.text()).toBe("\\x1b[2Jx");
    expect(raw.text()).toBe("\u001b[2Jx");
  });
});
