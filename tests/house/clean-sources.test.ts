import { describe, expect, test } from "vitest";
import { type SourceFile, sources } from "./support/files.ts";

// Put together from halves, so that this file does not find itself.
const RULES: [what: string, pattern: RegExp, endings: RegExp][] = [
  ["a path of somebody's machine", new RegExp("(?<![\\w.~-])/(?:ro" + "ot|wo" + "rk|Users/\\w+|home/\\w+)/\\w"), /./],
  ["work put off", new RegExp("\\b(?:TO" + "DO|FIX" + "ME|HA" + "CK|X" + "XX)\\b"), /./],
  [
    "a test that does not run",
    new RegExp(
      "\\b(?:test|it|describe|suite)(?:\\.\\w+|\\([^)]*\\))*\\.(?:ski" + "p|on" + "ly|to" + "do|fai" + "ls)\\b",
    ),
    /(?<!\.fixture)\.tsx?$/,
  ],
  [
    "a check switched off without a reason",
    new RegExp("@ts-(?:ign" + "ore|noch" + "eck)|@ts-expect-" + "error(?!.*\\w{4})|biome-ign" + "ore [^:]+:\\s*$"),
    /\.[cm]?[jt]sx?$/,
  ],
  [
    "a secret that looks real",
    new RegExp(
      "\\b(?:sk_li" +
        "ve_|gh" +
        "p_[A-Za-z0-9]{30}|AK" +
        "IA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIV" +
        "ATE KEY-----\\n[A-Za-z0-9+/]{40})",
    ),
    /./,
  ],
];

function findings(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) =>
    RULES.flatMap(([what, pattern, endings]) => {
      if (!endings.test(path)) return [];
      const line = text.split("\n").findIndex((one) => pattern.test(one));
      return line < 0 ? [] : [`${path}:${line + 1}: ${what}`];
    }),
  );
}

test("sources hold no machine paths, nothing put off, no test that does not run", () => {
  expect(
    findings(sources(".ts", ".tsx", ".mjs", ".js", ".sql", ".md", ".json", ".yaml", ".toml", ".service", "/run")),
  ).toEqual([]);
});

describe("the guard fires on", () => {
  test.each([
    ["/ro" + "ot/project", "a.md"],
    ["see /ho" + "me/jane/x", "a.sql"],
    ["// TO" + "DO: later", "a.ts"],
    ["test.ski" + "p('x')", "a.test.ts"],
    ["describe.each([1]).on" + "ly('x')", "a.test.ts"],
    ["// @ts-ign" + "ore", "a.ts"],
    ["AK" + "IAABCDEFGHIJKLMNOP", "a.json"],
  ])("%s", (text, path) => {
    expect(findings([{ path, text: `first\n${text}\n` }])).toHaveLength(1);
  });
});

test("the guard leaves words alone that only look alike", () => {
  const text = "for update skip locked\nthe home/office/desk\n~/work/x\nhttps://example.org/root/page\n";
  expect(findings([{ path: "a.sql", text }])).toEqual([]);
});
