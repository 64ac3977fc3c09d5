import { UsageError } from "../cli-error.ts";
import { addCommand, asPerson, ids, onCall, type Program } from "../command.ts";
import { type Context, print, printJson, timeStyle } from "../context.ts";
import { type Approval, getApproval, listApprovals, whatIsAsked } from "../reads/approvals.ts";
import { readPeople } from "../reads/people.ts";
import { openHoldfast } from "../session/open.ts";
import { paint, type Style } from "../terminal/paint.ts";
import { printable, printableLines } from "../terminal/printable.ts";
import { formatTime } from "../terminal/time.ts";
import { actOnEach, actOnJobs } from "./act-on-jobs.ts";
import { numberOf, printRows } from "./acting.ts";

const STATES: Record<string, Style> = { pending: "yellow", granted: "green", rejected: "red", expired: "red" };

/** `holdfast approvals [ID]`, `holdfast approve|reject ID… | --job ID…`. */
export function addApprovals(program: Program): void {
  const command = asPerson(
    addCommand(program, "approvals", "List what waits for a person's consent, or show one request in full", [
      "holdfast approvals",
      "holdfast approvals 7",
      "holdfast approvals --all",
    ]),
  )
    .argument("[id]", "number of the approval to show in full")
    .option("--all", "decided, expired and superseded ones too; the newest 200");
  onCall<{ all?: boolean }>(program, command, async (context, { all }, [id]) => {
    if (id !== undefined) return showOne(context, numberOf("an approval", id, "holdfast approvals"));
    const holdfast = await openHoldfast(context);
    const [approvals, nameOf] = await Promise.all([
      listApprovals(holdfast, { all: all ?? false, limit: 200 }),
      readPeople(holdfast),
    ]);
    const time = timeStyle(context);
    printRows(
      context,
      approvals,
      "nothing waits for consent",
      [
        { title: "approval", align: "right" },
        { title: "state" },
        { title: "for" },
        { title: "what would happen", flexible: true },
        { title: "asked by", flexible: true },
        { title: "why", flexible: true },
        { title: "least role" },
        { title: "expires", align: "right" },
      ],
      (approval) => [
        approval.id,
        { text: approval.state, style: STATES[approval.state] ?? "dim" },
        approval.purpose,
        whatIsAsked(approval),
        nameOf(approval.requested_by),
        approval.reason ?? " ",
        approval.quorum > 1 ? `${approval.quorum} of ${approval.least_role}` : approval.least_role,
        formatTime(approval.expires_at, time),
      ],
    );
    return 0;
  });
  addDecision(program, "approve", "Consent to exactly what a request shows", ["holdfast approve 7"]);
  addDecision(program, "reject", "Refuse consent: a job is canceled, anything else stays as it is", [
    'holdfast reject 7 --reason "not this quarter"',
  ]);
}

function addDecision(program: Program, verb: "approve" | "reject", summary: string, examples: string[]): void {
  const command = asPerson(
    addCommand(program, verb, summary, [...examples, `${examples[0]?.replace(" 7", " --job 12")}`]),
  )
    .argument("[ids...]", "numbers of the approvals; holdfast approvals lists them")
    .option("--job <ids>", "the requests that these jobs wait for, instead", ids)
    .option("--digest <sha256>", "only if the request still shows what has this digest")
    .option("-r, --reason <text>", "why; kept in the record");
  onCall<{ job?: number[]; digest?: string; reason?: string }>(program, command, (context, options, args) => {
    const { job, digest, reason } = options;
    if ((args.length === 0) === (job === undefined)) {
      throw new UsageError("name approvals, or jobs with --job", `holdfast ${verb} 7, or holdfast ${verb} --job 12`);
    }
    if (job !== undefined && digest !== undefined) {
      throw new UsageError("--digest goes with the number of an approval, not with --job", "holdfast approvals");
    }
    if (job !== undefined) return actOnJobs(context, verb, job, reason);
    const numbers = args.map((text) => numberOf("an approval", text, "holdfast approvals"));
    return actOnEach(
      context,
      numbers,
      (holdfast, approval) =>
        holdfast.act(verb, "approval", { approval }, { reason, ...(digest && { params: { digest } }) }),
      (approval, { result }) =>
        printable(
          result.state === "pending"
            ? `approval ${approval} has ${result.decided} of ${result.quorum} consents`
            : `approval ${approval} is ${result.state}`,
        ),
    );
  });
}

async function showOne(context: Context, id: number): Promise<number> {
  const holdfast = await openHoldfast(context);
  const [approval, nameOf] = await Promise.all([getApproval(holdfast, id), readPeople(holdfast)]);
  if (context.json) printJson(context, approval);
  else print(context, lines(context, approval, nameOf));
  return 0;
}

function lines(context: Context, approval: Approval, nameOf: (actor: string) => string): string[] {
  const time = timeStyle(context);
  const decided = approval.decisions.map(
    (each) =>
      `${each.decision} by ${nameOf(each.decided_by)} ${formatTime(each.decided_at, time)}${each.reason ? `: ${each.reason}` : ""}`,
  );
  return [
    paint(`approval ${approval.id}  ${printable(whatIsAsked(approval))}`, "bold", context.colour),
    `state     ${approval.state}${approval.closed_reason ? `: ${printable(approval.closed_reason)}` : ""}`,
    `for       ${approval.purpose}`,
    `asked     ${formatTime(approval.requested_at, time)} by ${printable(nameOf(approval.requested_by))}`,
    ...(approval.reason ? [`why       ${printable(approval.reason)}`] : []),
    `takes     ${approval.quorum} of role ${approval.least_role} or above, until ${formatTime(approval.expires_at, time)}`,
    ...decided.map((text) => `decided   ${printable(text)}`),
    `digest    ${approval.digest}`,
    "",
    paint("what would happen, in full", "dim", context.colour),
    ...printableLines(JSON.stringify(approval.shown, null, 2))
      .split("\n")
      .map((line) => `  ${line}`),
  ];
}
