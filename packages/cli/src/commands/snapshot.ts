import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { UsageError } from "../cli-error.ts";
import { addCommand, asPerson, onCall, type Program } from "../command.ts";
import { note } from "../context.ts";
import { openHoldfast } from "../session/open.ts";
import { takeSnapshot } from "../snapshot/take-snapshot.ts";
import { toMarkdown } from "../snapshot/to-markdown.ts";

/** `holdfast snapshot`: status, recent events and the tails of the last failures in one file, without secrets. */
export function addSnapshot(program: Program): void {
  const command = asPerson(
    addCommand(program, "snapshot", "Write status, recent events and the tails of the last failures, without secrets", [
      "holdfast snapshot -o snapshot.md",
    ]),
  ).option("-o, --output <file>", "write it to this file instead of stdout");
  onCall<{ output?: string }>(program, command, async (context, { output }) => {
    const holdfast = await openHoldfast(context);
    const snapshot = await takeSnapshot(holdfast);
    const text = context.json ? `${JSON.stringify(snapshot, null, 2)}\n` : toMarkdown(snapshot);
    if (output === undefined) {
      context.stdout.write(text);
      return;
    }
    const path = resolve(context.cwd, output);
    try {
      await writeFile(path, text, { mode: 0o600 });
    } catch (error) {
      throw new UsageError(
        `--output: ${path} cannot be written (${(error as NodeJS.ErrnoException).code})`,
        "check the path",
      );
    }
    note(context, `written to ${path}`);
  });
}
