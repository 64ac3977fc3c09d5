import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Redaction } from "../src/index.ts";
import { js, sh } from "./support/programs.ts";
import { RunnerBench } from "./support/runner-bench.ts";

const secret = 's3cr3t/+=?& "quoted" \\ é-0123456789';
const token = "tok_live_ABCDEFGHIJKLMNOP";

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are made of them
const bareOf = (text: string) => text.replace(/\x1b(\[[ -?]*[@-~]|[ -/]+[0-~]|\][^\x07\x1b]*(\x07|\x1b\\)|7)/g, "");

function redact(values: Record<string, string>, chunks: (string | Buffer)[]): string {
  const stream = new Redaction(values).stream();
  const parts = chunks.map((chunk) => Buffer.from(stream.push(Buffer.from(chunk))));
  return Buffer.concat([...parts, stream.end()]).toString("latin1");
}

describe("redaction of a stream", () => {
  it.each([
    ["as it is", secret],
    ["in base64", Buffer.from(secret).toString("base64")],
    ["in base64url", Buffer.from(secret).toString("base64url")],
    ["in a URL", encodeURIComponent(secret)],
    ["in a form", new URLSearchParams({ a: secret }).toString().slice(2)],
    ["in JSON", JSON.stringify(secret).slice(1, -1)],
  ])("replaces a secret %s by its name", (_, text) => {
    expect(redact({ MY_SECRET: secret }, [`before ${text} after`])).toBe("before [redacted:MY_SECRET] after");
  });

  it.each([0, 1, 2])("leaves nothing of a secret inside a longer base64 text (%i characters before)", (before) => {
    const encoded = Buffer.from(`${"u".repeat(before)}${token}\n`).toString("base64");
    const redacted = redact({ TOKEN: token }, [encoded]);
    expect(redacted).toContain("[redacted:TOKEN]");
    expect(redacted.length - "[redacted:TOKEN]".length).toBeLessThanOrEqual(8);
  });

  it("replaces a secret of several lines as a terminal shows it", () => {
    const key = `-----BEGIN KEY-----\n${"abcdefghijklmnop".repeat(40)}\n-----END KEY-----\n`;
    expect(redact({ KEY: key }, [`x${key.replaceAll("\n", "\r\n")}y`])).toBe("x[redacted:KEY]y");
  });

  it("covers the beginning of a long secret that breaks off, and two long secrets that begin alike", () => {
    const head = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSj".padEnd(80, "A");
    const values = { ONE: `${head}${"1".repeat(100)}`, TWO: `${head}${"2".repeat(100)}` };
    expect(redact(values, [values.ONE.slice(0, 120), "!"])).toMatch(/^\[redacted:ONE\]!$/);
    expect(redact(values, [values.TWO, " end"])).toMatch(/^\[redacted:(ONE|TWO)\] end$/);
  });

  it("names each of two secrets side by side, and covers overlapping ones whole", () => {
    expect(redact({ A: "alpha1", B: "beta22" }, ["alpha1beta22"])).toBe("[redacted:A][redacted:B]");
    expect(redact({ A: "abcdef", B: "defghi" }, ["xabcdefghiy"])).toMatch(/^x\[redacted:[AB]\]y$/);
  });

  it("leaves a value of fewer than four bytes alone", () => {
    expect(redact({ SHORT: "yes" }, ["yes, yes"])).toBe("yes, yes");
  });

  it("lets what is not the beginning of a secret pass at once, and the rest when it turns out not to be one", () => {
    const stream = new Redaction({ TOKEN: token }).stream();
    expect(stream.push(Buffer.from("prompt> ")).toString()).toBe("prompt> ");
    expect(stream.push(Buffer.from("tok_l")).toString()).toBe("");
    expect(stream.push(Buffer.from("ong")).toString()).toBe("tok_long");
    expect(stream.push(Buffer.from("tok_")).toString()).toBe("");
    expect(stream.end().toString()).toBe("tok_");
  });

  it("finds a secret inside a terminal title, and one that endless escape sequences try to hide", () => {
    expect(redact({ TOKEN: token }, [`\x1b]0;${token}\x07`])).toBe("\x1b]0;[redacted:TOKEN]\x07");
    const flood = `tok_\x1b[${"0;".repeat(100)}m`.repeat(2000);
    expect(redact({ TOKEN: token }, [flood, token])).toBe(`${flood}[redacted:TOKEN]`);
  });

  const colours = ["\x1b[31m", "\x1b[0m", "\x1b[2K", "\x1b(B", "\x1b7"];
  const broken = ["tok_live_ABC\x1b", "\x1b[", "\x1b]", "\x1bP"];
  it.each([
    { among: "titles and colours", sequences: [...colours, "\x1b]0;t\x07", "\x1b]8;;http://x\x1b\\"], strays: [] },
    { among: "colours and sequences that break off", sequences: colours, strays: broken },
  ])("never lets a secret through, however it is cut into chunks and mixed with $among", ({ sequences, strays }) => {
    const length = { minLength: token.length, maxLength: token.length };
    const sequence = fc.constantFrom(...sequences);
    const hidden = fc
      .tuple(fc.array(sequence, length), fc.array(fc.boolean(), length))
      .map(([between, flags]) =>
        [...token].map((char, i) => char + (flags[i] && i < token.length - 1 ? between[i] : "")).join(""),
      );
    const noise = fc.oneof(fc.string(), sequence, fc.constantFrom("tok_", "tok_live_", ...strays));
    const text = fc.array(fc.oneof(noise, hidden), { maxLength: 12 });
    fc.assert(
      fc.property(text, fc.array(fc.nat(40), { minLength: 1 }), (pieces, cuts) => {
        const whole = Buffer.from(pieces.join(""));
        const chunks: Buffer[] = [];
        for (let at = 0, i = 0; at < whole.length; i += 1) {
          const end = at + 1 + (cuts[i % cuts.length] ?? 0);
          chunks.push(whole.subarray(at, end));
          at = end;
        }
        const out = redact({ TOKEN: token }, chunks);
        expect(bareOf(out)).not.toContain(token);
        if (!pieces.some((piece) => bareOf(piece).includes(token))) expect(out).toBe(whole.toString("latin1"));
      }),
      { numRuns: 3000 },
    );
  });

  it("passes at least 20 MB in a second of processor time", () => {
    const stream = new Redaction({ TOKEN: token, OTHER: secret }).stream();
    const chunk = Buffer.from(
      "a line of \x1b[32mcoloured\x1b[0m output, tok_live_ABC and more of it\r\n".repeat(1000),
    ).subarray(0, 65536);
    const begun = process.cpuUsage();
    let bytes = 0;
    for (let i = 0; i < 320; i += 1) bytes += stream.push(chunk).length;
    const { user, system } = process.cpuUsage(begun);
    const rate = bytes / (user + system);
    console.info(`redaction of coloured output: ${rate.toFixed(0)} MB/s of processor time`);
    expect(rate).toBeGreaterThan(20);
  });
});

describe("redaction of a run", () => {
  let bench: RunnerBench;
  beforeAll(async () => {
    bench = await RunnerBench.open();
  });
  afterAll(() => bench?.[Symbol.asyncDispose]());
  const wish = { command: { env: ["API_TOKEN"] }, env: { API_TOKEN: token } };

  it.each([false, true])(
    "keeps the values of passed variables out of spool and database, split as they may be (pty: %s)",
    async (pty) => {
      const script = `
      const t = process.env.API_TOKEN, write = (s) => new Promise((r) => process.stdout.write(s, r));
      const wait = () => new Promise((r) => setTimeout(r, 30));
      (async () => {
        for (const c of t) { await write(c); await wait(); }
        await write(" " + [...t].join("\\x1b[1m") + " " + Buffer.from(t).toString("base64") + " end");
      })();`;
      const { launched, run } = await bench.run({ ...wish, argv: js(script), command: { ...wish.command, pty } });
      const stream = pty ? "raw" : "stdout";
      const stored = (await bench.stored(launched.spec.token, stream)).toString();
      expect(run.outcome).toBe("completed");
      expect(stored).toBe("[redacted:API_TOKEN] [redacted:API_TOKEN] [redacted:API_TOKEN] end");
      expect(bench.spooled(launched, stream).toString()).toBe(stored);
    },
  );

  it("keeps them out of the recorded command line, progress, result and errors", async () => {
    const script =
      'echo "::holdfast progress=0.5 message=\\"key $API_TOKEN\\""; echo "::holdfast result={\\"key\\":\\"$API_TOKEN\\"}"';
    const { run, job, launched } = await bench.run({ ...wish, argv: sh(script, token) });
    expect(run.argv).toEqual(["sh", "-c", script, "sh", "[redacted:API_TOKEN]"]);
    expect(job).toMatchObject({
      progress_message: "key [redacted:API_TOKEN]",
      result: { key: "[redacted:API_TOKEN]" },
    });
    const failed = await bench.run({ ...wish, argv: [`/no/such/${token}`] });
    expect(failed.run.error_message).toContain("/no/such/[redacted:API_TOKEN]");
    for (const text of [JSON.stringify(failed.status), bench.log(failed.launched), bench.log(launched)])
      expect(text).not.toContain(token);
  });
});
