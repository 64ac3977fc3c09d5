import { HoldfastError } from "@holdfast/client";
import { addCommand, addGroup, asPerson, integer, onCall, type Program } from "../command.ts";
import { type Context, print, printJson, timeStyle } from "../context.ts";
import { getIncident, type Incident, listIncidents, type RunbookStep } from "../reads/incidents.ts";
import { readPeople } from "../reads/people.ts";
import { openHoldfast } from "../session/open.ts";
import { paint } from "../terminal/paint.ts";
import { printable } from "../terminal/printable.ts";
import { formatTime } from "../terminal/time.ts";
import { carryOut, numberOf, printRows } from "./acting.ts";
import { SEVERITIES } from "./quarantine.ts";

/** `holdfast incidents [list|show|open|tick|contain|close]`. */
export function addIncidents(program: Program): void {
  const group = addGroup(program, "incidents", "List incidents and work through their runbooks");
  addList(group);
  addShow(group);
  addOpen(group);
  addTick(group);
  addEnd(group, "contain", "contained", "Pause the queue or lane that an incident is about");
  addEnd(group, "close", "closed", "Close an incident");
}

function addList(program: Program): void {
  const command = asPerson(
    program.root
      .command("list", { isDefault: true })
      .summary("List open incidents")
      .description("List open incidents."),
  )
    .option("--json", "print one JSON document on stdout, and nothing else")
    .option("--all", "closed ones too; the newest 200")
    .addHelpText("after", "\nExample:\n  $ holdfast incidents\n  $ holdfast incidents list --all");
  onCall<{ all?: boolean }>(program, command, async (context, { all }) => {
    const time = timeStyle(context);
    const incidents = await listIncidents(await openHoldfast(context), { all: all ?? false, limit: 200 });
    printRows(
      context,
      incidents,
      all ? "there was never an incident" : "no incident is open",
      [
        { title: "incident", align: "right" },
        { title: "severity" },
        { title: "state" },
        { title: "rule" },
        { title: "subject" },
        { title: "since", align: "right" },
        { title: "last seen", align: "right" },
        { title: "seen", align: "right" },
        { title: "", flexible: true },
      ],
      (incident) => [
        incident.id,
        { text: incident.severity, style: SEVERITIES[incident.severity] ?? "dim" },
        incident.closed_at ? "closed" : incident.contained_at ? "contained" : "open",
        incident.rule,
        incident.subject,
        formatTime(incident.opened_at, time),
        formatTime(incident.last_seen_at, time),
        incident.times_seen,
        incident.sentence,
      ],
    );
  });
}

function incidentId(text: string): number {
  return numberOf("an incident", text, "holdfast incidents");
}

function addShow(program: Program): void {
  const command = asPerson(
    addCommand(program, "show", "Show an incident: its evidence, and its runbook with what is done", [
      "holdfast incidents show 4",
    ]),
  ).argument("<id>", "number of the incident");
  onCall(program, command, async (context, _options, [id = ""]) => {
    const wanted = incidentId(id);
    const holdfast = await openHoldfast(context);
    const [found, nameOf] = await Promise.all([getIncident(holdfast, wanted), readPeople(holdfast)]);
    if (!found) {
      throw new HoldfastError({
        rule: "unknown_incident",
        status: 404,
        message: `there is no incident ${wanted} in this workspace`,
        hint: "holdfast incidents list --all",
      });
    }
    if (context.json) printJson(context, { ...found.incident, runbook: found.runbook });
    else print(context, lines(context, found.incident, found.runbook, nameOf));
  });
}

function lines(
  context: Context,
  incident: Incident,
  runbook: readonly RunbookStep[],
  nameOf: (actor: string) => string,
): string[] {
  const time = timeStyle(context);
  const closed = incident.closed_at
    ? `closed ${formatTime(incident.closed_at, time)} by ${nameOf(incident.closed_by ?? "")}: ${incident.closed_reason}`
    : "open";
  return [
    paint(
      printable(`incident ${incident.id}  ${incident.rule}  ${incident.subject}  ${incident.severity}`),
      "bold",
      context.colour,
    ),
    printable(incident.sentence),
    `state     ${printable(closed)}${incident.contained_at ? `, contained ${formatTime(incident.contained_at, time)}` : ""}`,
    printable(
      `seen      ${incident.times_seen} times, first ${formatTime(incident.opened_at, time)}, last ${formatTime(incident.last_seen_at, time)}`,
    ),
    `evidence  ${printable(JSON.stringify(incident.evidence))}`,
    "",
    ...runbook.map((step) =>
      printable(
        `[${step.done_at ? "x" : " "}] ${step.step} ${step.title}: ${step.sentence}${
          step.done_at
            ? ` (${nameOf(step.done_by ?? "")}, ${formatTime(step.done_at, time)}${step.note ? `: ${step.note}` : ""})`
            : ""
        }`,
      ),
    ),
  ];
}

function addOpen(program: Program): void {
  const command = asPerson(
    addCommand(program, "open", "Open an incident by hand", [
      'holdfast incidents open queue:primary --reason "orders are not shipped"',
    ]),
  )
    .argument("<subject>", "what it is about, such as queue:primary or job:12")
    .option("-r, --reason <text>", "what is wrong");
  onCall<{ reason?: string }>(program, command, (context, { reason }, [subject = ""]) =>
    carryOut(
      context,
      ["open", "incident", {}],
      { reason, params: { subject } },
      ({ result }) => `incident ${result.incident} is open (see: holdfast incidents show ${result.incident})`,
    ),
  );
}

function addTick(program: Program): void {
  const command = asPerson(
    addCommand(program, "tick", "Tick off a step of an incident's runbook", [
      'holdfast incidents tick 4 2 --reason "only imports fail"',
    ]),
  )
    .argument("<id>", "number of the incident")
    .argument("<step>", "number of the step; holdfast incidents show lists them", integer(1))
    .option("-r, --reason <text>", "a note; kept with the step");
  onCall<{ reason?: string }>(program, command, (context, { reason }, [id = "", step = ""]) => {
    const incident = incidentId(id);
    return carryOut(
      context,
      ["tick", "incident", { incident }],
      { reason, params: { step: Number(step) } },
      ({ result }) => `incident ${incident}: ${result.done} steps are done`,
    );
  });
}

function addEnd(program: Program, verb: "contain" | "close", done: string, summary: string): void {
  const command = asPerson(addCommand(program, verb, summary, [`holdfast incidents ${verb} 4 --reason "disk freed"`]))
    .argument("<id>", "number of the incident")
    .option("-r, --reason <text>", "why; kept in the record");
  onCall<{ reason?: string }>(program, command, (context, { reason }, [id = ""]) => {
    const incident = incidentId(id);
    return carryOut(context, [verb, "incident", { incident }], { reason }, () => `incident ${incident} is ${done}`);
  });
}
