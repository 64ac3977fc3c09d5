import { addCommand, asPerson, onCall, type Program } from "../command.ts";
import { print, printJson } from "../context.ts";
import { openHoldfast } from "../session/open.ts";
import { table } from "../terminal/table.ts";

/** `holdfast kinds`: what the workspace can run. */
export function addKinds(program: Program): void {
  const command = asPerson(addCommand(program, "kinds", "List what the workspace can run", ["holdfast kinds"]));
  onCall(program, command, async (context) => {
    const holdfast = await openHoldfast(context);
    const kinds = await holdfast.kinds();
    if (context.json) {
      printJson(context, kinds);
      return;
    }
    const rows = kinds.map((kind) => [
      kind.name,
      kind.mode,
      kind.queue,
      kind.lane,
      kind.class,
      kind.description || " ",
    ]);
    const columns = ["kind", "mode", "queue", "lane", "class", "what it does"].map((title, index) => ({
      title,
      flexible: index === 5,
    }));
    print(context, table(columns, rows, { width: context.width, colour: context.colour }));
  });
}
