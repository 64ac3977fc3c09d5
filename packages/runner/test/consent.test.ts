import { createHash } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunConsent, RunSpec } from "../src/index.ts";
import { RunnerBench } from "./support/runner-bench.ts";

let bench: RunnerBench;
beforeAll(async () => {
  bench = await RunnerBench.open();
});
afterAll(() => bench?.[Symbol.asyncDispose]());

const ARGV = ["sh", "-c", "echo started"];

/** What `holdfast_private.shown_of` would show of a spec's command, with one field changed where a test wants that. */
function shownOf(spec: RunSpec, args: readonly string[], change: Record<string, unknown> = {}) {
  const { program, env, cwd, pty } = spec.command;
  const command = { profile: null, version: null, program, args, env, cwd, pty };
  return { job: spec.job_id, kind: spec.kind, class: "large", payload: { argv: ARGV }, command, ...change };
}

function consent(shown: unknown, fields: Partial<RunConsent> = {}): RunConsent {
  const text = JSON.stringify(shown);
  const digest = createHash("sha256").update(text).digest("hex");
  return { approval: 7, digest, shown: text, class: "large", profile: null, version: null, ...fields };
}

async function outcome(edit: (spec: RunSpec) => RunSpec) {
  const { run, launched } = await bench.run({ argv: ARGV, edit });
  const printed = (await bench.stored(launched.spec.token, "stdout")).toString();
  return { outcome: run.outcome, class: run.error_class, message: run.error_message, printed };
}

describe("a command that people consented to", () => {
  it("is started when it is what they were shown", async () => {
    const got = await outcome((spec) => ({ ...spec, consent: consent(shownOf(spec, spec.command.args)) }));
    expect(got).toMatchObject({ outcome: "completed", printed: "started\n" });
  });

  it("is started when the profile's arguments, filled with the parameters shown, are what it runs", async () => {
    const got = await outcome((spec) => {
      const shown = shownOf(spec, ["-c", "{{ what }} {{word}}"], {
        payload: { what: "echo", word: "started", unused: 1 },
      });
      shown.command = { ...shown.command, profile: "speak" as never, version: 3 as never };
      return { ...spec, consent: consent(shown, { profile: "speak", version: 3 }) };
    });
    expect(got).toMatchObject({ outcome: "completed", printed: "started\n" });
  });

  const tampered: [string, (spec: RunSpec, agreed: RunConsent) => RunSpec][] = [
    ["text that was shown", (spec, agreed) => ({ ...spec, consent: { ...agreed, shown: `${agreed.shown} ` } })],
    ["program", (spec, agreed) => ({ ...spec, command: { ...spec.command, program: "bash" }, consent: agreed })],
    [
      "arguments",
      (spec, agreed) => ({ ...spec, command: { ...spec.command, args: ["-c", "echo stolen"] }, consent: agreed }),
    ],
    ["arguments", (spec, agreed) => ({ ...spec, command: { ...spec.command, args: [] }, consent: agreed })],
    [
      "names of environment variables",
      (spec, agreed) => ({ ...spec, command: { ...spec.command, env: ["SECRET"] }, consent: agreed }),
    ],
    ["working directory", (spec, agreed) => ({ ...spec, command: { ...spec.command, cwd: "/tmp" }, consent: agreed })],
    ["terminal", (spec, agreed) => ({ ...spec, command: { ...spec.command, pty: true }, consent: agreed })],
    ["kind", (spec, agreed) => ({ ...spec, kind: "other", consent: agreed })],
    ["class", (spec, agreed) => ({ ...spec, consent: { ...agreed, class: "small" } })],
    ["profile", (spec, agreed) => ({ ...spec, consent: { ...agreed, profile: "deploy" } })],
    ["profile version", (spec, agreed) => ({ ...spec, consent: { ...agreed, version: 2 } })],
    ["job", (spec) => ({ ...spec, consent: consent(shownOf(spec, spec.command.args, { job: spec.job_id + 1 })) })],
    ["command", (spec) => ({ ...spec, consent: consent(shownOf(spec, [], { command: null })) })],
  ];

  it.each(tampered)("is not started when its %s differs (%#), and no retry is made", async (what, tamper) => {
    const got = await outcome((spec) => tamper(spec, consent(shownOf(spec, spec.command.args))));
    expect(got).toMatchObject({ outcome: "failed", class: "consent_mismatch", printed: "" });
    expect(got.message).toContain(`approval 7 covers; not the same: ${what}.`);
  });

  it("is not started when the words of a parameter differ from those shown", async () => {
    const got = await outcome((spec) => {
      const shown = shownOf(spec, ["-c", "echo {{word}}"], { payload: { word: "stopped" } });
      shown.command = { ...shown.command, profile: "speak" as never, version: 3 as never };
      return { ...spec, consent: consent(shown, { profile: "speak", version: 3 }) };
    });
    expect(got).toMatchObject({ outcome: "failed", class: "consent_mismatch", printed: "" });
  });
});
