import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DirectiveScanner } from "../src/output/directive-scanner.ts";
import type { Directive } from "../src/output/parse-directive.ts";
import { js, sh } from "./support/programs.ts";
import { RunnerBench, until } from "./support/runner-bench.ts";

function scan(...chunks: string[]): Directive[] {
  const found: Directive[] = [];
  const scanner = new DirectiveScanner((directive) => found.push(directive));
  for (const chunk of chunks) scanner.push(Buffer.from(chunk));
  scanner.end();
  return found;
}

describe("a directive line", () => {
  it("is understood wherever chunks are cut", () => {
    const text =
      'out\n::holdfast progress=0.4 message="half \\"way\\""\nmore ::holdfast progress=0.9\r\n::holdfast cost=0.12 unit=usd source=api';
    const expected = [
      { progress: 0.4, message: 'half "way"' },
      { cost: 0.12, unit: "usd", source: "api" },
    ];
    expect(scan(text)).toEqual(expected);
    for (let at = 0; at <= text.length; at += 1) expect(scan(text.slice(0, at), text.slice(at))).toEqual(expected);
    expect(scan(...text)).toEqual(expected);
  });

  it("may stand behind a carriage return and contain colours, as in a terminal", () => {
    expect(scan("50%\r::holdfast progress=0.5 message=\x1b[1mhi\x1b[0m\r\n")).toEqual([
      { progress: 0.5, message: "hi" },
    ]);
  });

  it("carries a result of up to 64 KiB, and complains about a larger one", () => {
    const fits = JSON.stringify("x".repeat(65_534));
    const over = JSON.stringify("x".repeat(65_535));
    expect(scan(`::holdfast result=${fits}\n`)).toEqual([{ result: "x".repeat(65_534) }]);
    expect(scan(...(`::holdfast result=${fits}\n`.match(/.{1,9999}\n?/gs) ?? []))).toHaveLength(1);
    expect(scan(`::holdfast result=${over}\n`)).toEqual([]);
  });

  it.each([
    ["progress over 1", "progress=1.5"],
    ["negative progress", "progress=-0.1"],
    ["progress that is no number", "progress=half"],
    ["a negative cost", "cost=-1 unit=usd"],
    ["a cost that is no number", "cost=NaN"],
    ["a cost nobody could mean", "cost=1e30 unit=usd"],
    ["a result that is not JSON", "result={"],
  ])("with %s is ignored with a complaint", (_, line) => {
    const [directive] = scan(`::holdfast ${line}\n`);
    expect(directive?.complaint).toContain("ignored");
    expect(directive).not.toHaveProperty("progress");
    expect(directive).not.toHaveProperty("cost");
    expect(directive).not.toHaveProperty("result");
  });

  it.each(["nonsense", 'progress=0.5 message="open', "=0.5", "", "unknown=1"])(
    "that is malformed is output and nothing else: %s",
    (line) => {
      expect(scan(`::holdfast ${line}\n`)).toEqual([]);
    },
  );

  it("longer than 8 KiB is output and nothing else, and the next one counts again", () => {
    expect(scan(`::holdfast message=${"m".repeat(9000)}\n::holdfast progress=1\n`)).toEqual([{ progress: 1 }]);
  });
});

describe("the directives of a run", () => {
  let bench: RunnerBench;
  beforeAll(async () => {
    bench = await RunnerBench.open();
  });
  afterAll(() => bench?.[Symbol.asyncDispose]());

  it("become its progress, cost and result, and stay in its output", async () => {
    const script = `
      const parts = ["::holdfast progr", "ess=0.4 mess", 'age="step one"\\n', "::holdfast cost=0.25 unit=usd\\n::holdfast cost=0", ".5 unit=usd\\n", '::holdfast result={"n":', "1}\\n"];
      (async () => { for (const part of parts) { process.stdout.write(part); await new Promise((r) => setTimeout(r, 20)); } })();`;
    const { job, run, launched } = await bench.run({ argv: js(script) });
    expect(run).toMatchObject({ outcome: "completed" });
    expect(Number(run.cost)).toBe(0.75);
    expect(job).toMatchObject({ result: { n: 1 }, progress_message: "step one" });
    expect((await bench.stored(launched.spec.token, "stdout")).toString()).toContain("::holdfast cost=0.5 unit=usd\n");
  });

  it("are seen while the command runs, well before the next regular heartbeat", async () => {
    const launched = await bench.launch({
      argv: sh("echo '::holdfast progress=0.3 message=\"at it\"'; sleep 60"),
      command: { pty: true },
    });
    const begun = performance.now();
    await until("the progress is in the job", async () => {
      const [job] = await bench.rows("select progress, progress_message from holdfast.jobs where id = $1", [
        launched.spec.job_id,
      ]);
      return Number(job?.progress) === 0.3 && job?.progress_message === "at it";
    });
    expect(performance.now() - begun).toBeLessThan(4_000);
  });

  it("with NUL characters and half surrogates do not keep the run from ending", async () => {
    const { job, run } = await bench.run({
      argv: ["printf", "%s\\n", '::holdfast result={"a":"x\\u0000y\\ud800z"}', '::holdfast message="\\u0000"'],
    });
    expect(run.outcome).toBe("completed");
    expect(job.result).toEqual({ a: "x\ufffdy\ufffdz" });
  });
});
