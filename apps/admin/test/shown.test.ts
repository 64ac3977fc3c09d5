import { expect, test } from "vitest";
import { differencesOf, shownOf } from "../app/pages/approvals/shown.ts";

const job = (payload: string, rest = "") =>
  `{"job": 7, "kind": "mail", "paid": true, "est_cost": 1.250000, "payload": ${payload}, "external": false${rest}}`;
const COMMAND = `, "command": {"program": "bash", "args": ["-c", "a b", ""], "env": ["TOKEN", "REGION"], "cwd": null, "pty": false}`;
const textOf = (shown: ReturnType<typeof shownOf>, name: string) =>
  shown.fields.find((field) => field.name === name)?.text;

test("numbers are shown as they were hashed, to the digit", () => {
  const shown = shownOf(job('{"account": 9007199254740993, "share": 0.10}'));
  expect(textOf(shown, "est_cost")).toBe("1.250000");
  expect(textOf(shown, "payload")).toBe('{\n  "account": 9007199254740993,\n  "share": 0.10\n}');
});

test("a command is its arguments, program first, and how it is run; nothing that was shown is left out", () => {
  const shown = shownOf(job("{}", COMMAND));
  expect(shown.argv).toEqual(["bash", "-c", "a b", ""]);
  expect(textOf(shown, "env")).toBe("TOKEN, REGION");
  expect(shown.fields.map(({ name }) => name).sort()).toEqual(
    ["cwd", "env", "est_cost", "external", "job", "kind", "paid", "payload", "pty"].sort(),
  );
});

test("what is not set is null, and what is no command has no arguments", () => {
  const shown = shownOf('{"command": null, "payload": null, "paid": false}');
  expect(shown).toEqual({
    argv: null,
    fields: [
      { name: "payload", text: null, block: false },
      { name: "paid", text: "no", block: false },
    ],
  });
});

test("differences name each place that was added, removed or changed, and count the rest", () => {
  const was = job('{"to": "a@example.com", "cc": ["x", "y"], "gone": true}', COMMAND);
  const is = job('{"to": "b@example.com", "cc": ["x"], "new": null}', COMMAND);
  const { differences, same } = differencesOf(was, is);
  expect(differences).toEqual([
    { path: "payload.to", was: '"a@example.com"', is: '"b@example.com"' },
    { path: "payload.cc[1]", was: '"y"', is: null },
    { path: "payload.gone", was: "true", is: null },
    { path: "payload.new", was: null, is: "null" },
  ]);
  expect(same).toBe(14);
  expect(differencesOf(was, was).differences).toEqual([]);
});

test("numbers that a page would take for equal differ all the same", () => {
  expect(differencesOf('{"n": 9007199254740993}', '{"n": 9007199254740992}').differences).toHaveLength(1);
});
