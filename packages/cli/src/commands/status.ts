import { addCommand, asPerson, onCall, type Program } from "../command.ts";
import { print, printJson, timeStyle } from "../context.ts";
import { openHoldfast } from "../session/open.ts";
import { readStatus } from "../status/read-status.ts";
import { showStatus } from "../status/show-status.ts";

/** `holdfast status`: what runs, what finished, what failed and why, what was tried again, what is next. */
export function addStatus(program: Program): void {
  const command = asPerson(
    addCommand(
      program,
      "status",
      "Say what runs, what finished, what failed and why, what was retried, and what is next",
      ["holdfast status", "holdfast status --json | jq .failures"],
    ),
  );
  onCall(program, command, async (context) => {
    const holdfast = await openHoldfast(context);
    const report = await readStatus(holdfast);
    if (context.json) printJson(context, report);
    else print(context, showStatus(report, { time: timeStyle(context), colour: context.colour, width: context.width }));
  });
}
