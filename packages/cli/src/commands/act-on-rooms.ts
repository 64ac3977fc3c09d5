import type { Target } from "@holdfast/client";
import { Argument, InvalidArgumentError } from "commander";
import { addCommand, asPerson, integer, onCall, type Program } from "../command.ts";
import { type Context, print, printJson } from "../context.ts";
import { openHoldfast } from "../session/open.ts";
import { printable } from "../terminal/printable.ts";

/** `holdfast pause|resume queue|lane NAME`, `holdfast limit queue|lane|class NAME`, `holdfast drain WORKER`. */
export function addRoomActs(program: Program): void {
  addPause(
    program,
    "pause",
    "Start nothing more from a queue or lane; what runs goes on",
    'pause queue primary --reason "deploy"',
  );
  addPause(program, "resume", "Start work from a queue or lane again", "resume queue primary");
  addLimit(program);
  addDrain(program);
}

function addPause(program: Program, verb: "pause" | "resume", summary: string, example: string): void {
  const command = addCommand(program, verb, summary, [`holdfast ${example}`])
    .addArgument(new Argument("<subject>", "what").choices(["queue", "lane"]))
    .argument("<name>", "its name")
    .option("-r, --reason <text>", "why; kept in the record, and shown to whoever waits");
  asPerson(command);
  onCall<{ reason?: string }>(program, command, (context, { reason }, [subject = "", name = ""]) =>
    act(context, verb, subject, { [subject]: name } as Target, { reason }, `${subject} ${name} ${verb}d`),
  );
}

function addLimit(program: Program): void {
  const command = addCommand(program, "limit", "Set how many jobs of a queue, lane or class may run at once", [
    "holdfast limit queue primary 4",
    "holdfast limit lane build none",
  ])
    .addArgument(new Argument("<subject>", "what").choices(["queue", "lane", "class"]))
    .argument("<name>", "its name")
    .argument("<max>", "how many, or none for no limit", (text) => {
      if (text !== "none") integer(0)(text);
      return text;
    })
    .option("-r, --reason <text>", "why; kept in the record");
  asPerson(command);
  onCall<{ reason?: string }>(program, command, (context, { reason }, [subject = "", name = "", max = "none"]) => {
    const params = { max_running: max === "none" ? null : Number(max) };
    const said = max === "none" ? "has no limit now" : `runs at most ${max} at once now`;
    return act(
      context,
      "limit",
      subject,
      { [subject]: name } as Target,
      { reason, params },
      `${subject} ${name} ${said}`,
    );
  });
}

function addDrain(program: Program): void {
  const command = addCommand(program, "drain", "Let a worker finish what it has and take nothing more", [
    'holdfast drain 3 --reason "host goes down"',
    'holdfast drain 3 --kill --reason "it thrashes"',
  ])
    .argument("<worker>", "id of the worker; holdfast workers lists them", (text) => {
      if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It must be the id of a worker.");
      return text;
    })
    .option("--kill", "end what it runs at once (SIGKILL); takes a reason")
    .option("-r, --reason <text>", "why; kept in the record");
  asPerson(command);
  onCall<{ reason?: string; kill?: boolean }>(program, command, (context, { reason, kill }, [worker = ""]) => {
    const target = { worker: Number(worker) };
    const said = kill ? "takes nothing more; what it ran was told to end at once" : "takes nothing more";
    return act(context, kill ? "kill" : "drain", "worker", target, { reason }, `worker ${worker} ${said}`);
  });
}

async function act(
  context: Context,
  verb: string,
  subject: string,
  target: Target,
  how: { reason?: string | undefined; params?: Record<string, unknown> },
  done: string,
): Promise<void> {
  const holdfast = await openHoldfast(context);
  const action = await holdfast.act(verb, subject, target, how);
  if (context.json) printJson(context, action);
  else print(context, printable(action.result.note ? `${done}: it ${action.result.note}` : done));
}
