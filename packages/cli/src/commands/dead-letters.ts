import { Option } from "commander";
import { UsageError } from "../cli-error.ts";
import { addCommand, asPerson, integer, onCall, type Program } from "../command.ts";
import { type Context, note, timeStyle } from "../context.ts";
import { openHoldfast } from "../session/open.ts";
import { parseDuration } from "../terminal/duration.ts";
import type { Column } from "../terminal/table.ts";
import { formatTime } from "../terminal/time.ts";
import { carryOut, numberOf, printRows } from "./acting.ts";

/** A row of `holdfast.dead_letters`. */
interface DeadLetter {
  id: number;
  job_id: number;
  queue: string;
  kind: string;
  error_class: string | null;
  last_error: string | null;
  fingerprint: string | null;
  attempts: number;
  hint: string;
  state: string;
  died_at: string;
}

/** What a filter may name, as `holdfast.match_dead_letters` reads it. */
const FIELDS = ["job", "fingerprint", "kind", "queue", "error_class", "after", "before"] as const;

type Filter = Partial<Record<(typeof FIELDS)[number], string | number>>;

/** `holdfast dead-letters`, `holdfast redrive|dismiss --where …`. */
export function addDeadLetters(program: Program): void {
  addList(program);
  addAct(program, "redrive", "redriven", "Give every dead letter that matches another attempt");
  addAct(program, "dismiss", "dismissed", "Close every dead letter that matches: its job stays as it ended");
}

function addList(program: Program): void {
  const command = asPerson(
    addCommand(program, "dead-letters", "List jobs that failed for good, newest first, with what usually helps", [
      "holdfast dead-letters",
      "holdfast dead-letters --where kind=import --where after=2d",
    ]),
  )
    .option("--where <field=value>", `only those that match; ${FIELDS.join(", ")}`, filter)
    .addOption(new Option("--state <state>", "their state").choices(["open", "redriven", "dismissed"]).default("open"))
    .option("--limit <n>", "at most this many", integer(1), 50);
  onCall<{ where?: Filter; state: string; limit: number }>(program, command, async (context, options) => {
    const holdfast = await openHoldfast(context);
    const workspaceId = await holdfast.data.workspaceId();
    const letters = await holdfast.data.read<DeadLetter[]>((db) => {
      let query = db.from("dead_letters").select("*").eq("workspace_id", workspaceId).eq("state", options.state);
      for (const [field, value] of Object.entries(options.where ?? {})) {
        if (field === "after") query = query.gte("died_at", value);
        else if (field === "before") query = query.lt("died_at", value);
        else query = query.eq(field === "job" ? "job_id" : field, value);
      }
      return query.order("died_at", { ascending: false }).limit(options.limit);
    });
    show(context, letters, "no dead letter matches");
  });
}

function show(context: Context, letters: DeadLetter[], none: string): void {
  const time = timeStyle(context);
  const columns: Column[] = [
    { title: "job", align: "right" },
    { title: "kind", flexible: true },
    { title: "queue" },
    { title: "tries", align: "right" },
    { title: "when", align: "right" },
    { title: "fingerprint" },
    { title: "last error", flexible: true },
    { title: "what helps", flexible: true },
  ];
  printRows(context, letters, none, columns, (letter) => [
    letter.job_id,
    letter.kind,
    letter.queue,
    letter.attempts,
    formatTime(letter.died_at, time),
    letter.fingerprint?.slice(0, 12),
    `${letter.last_error ?? ""}${letter.error_class ? ` (${letter.error_class})` : ""}`,
    letter.hint,
  ]);
}

interface ActOptions {
  where?: Filter;
  dryRun?: boolean;
  limit?: number;
  reason?: string;
}

function addAct(program: Program, verb: "redrive" | "dismiss", done: string, summary: string): void {
  const command = asPerson(
    addCommand(program, verb, summary, [
      `holdfast ${verb} --where kind=import --where after=2d --dry-run`,
      `holdfast ${verb} --where fingerprint=3f9a… --reason "the disk is free again"`,
    ]),
  )
    .option("--where <field=value>", `which; may be given several times: ${FIELDS.join(", ")}`, filter)
    .option("--dry-run", "only count and show what matches")
    .option("--limit <n>", "refuse when more than this many match (default 1000, at most 10000)", integer(1))
    .option("-r, --reason <text>", "why; kept in the record");
  onCall<ActOptions>(program, command, async (context, { where, dryRun, limit, reason }) => {
    if (where === undefined) {
      throw new UsageError(
        `--where must say which dead letters to ${verb}`,
        `give at least one of ${FIELDS.join(", ")}, such as --where kind=import`,
      );
    }
    if (dryRun) return preview(context, where, limit ?? 1000);
    const params = { filter: where, ...(limit !== undefined && { limit }) };
    await carryOut(context, [verb, "dead_letter", {}], { reason, params }, ({ affected, result }) => {
      const asked = Number(result.waiting_for_consent ?? 0);
      return `${affected} ${affected === 1 ? "dead letter" : "dead letters"} ${done}${asked > 0 ? `, ${asked} of them wait for consent` : ""}`;
    });
    return 0;
  });
}

async function preview(context: Context, where: Filter, limit: number): Promise<number> {
  const holdfast = await openHoldfast(context);
  const matching = await holdfast.data.call<DeadLetter[]>("match_dead_letters", {
    p_workspace: await holdfast.data.workspaceId(),
    p_filter: where,
    p_limit: limit + 1,
  });
  show(context, matching.slice(0, limit), "no dead letter matches");
  const count = matching.length > limit ? `more than ${limit}` : String(matching.length);
  note(context, `${count} would be meant; nothing was done`);
  return 0;
}

/** Reads one `field=value`; times may be told as `2d`, meaning so long ago. */
function filter(text: string, before: Filter = {}): Filter {
  const at = text.indexOf("=");
  const [field, value] = [text.slice(0, at), text.slice(at + 1)];
  if (at < 1 || !FIELDS.some((each) => each === field) || value === "") {
    throw new UsageError(`--where "${text}" is not a field and its value`, `fields: ${FIELDS.join(", ")}; kind=import`);
  }
  return { ...before, [field]: readValue(field, value) };
}

function readValue(field: string, value: string): string | number {
  if (field === "job") return numberOf("a job", value, "holdfast dead-letters");
  if (field !== "after" && field !== "before") return value;
  if (/^(\d+[smhd])+$/.test(value)) return new Date(Date.now() - parseDuration(value, field) * 1000).toISOString();
  if (/^\d{4}-\d\d-\d\d/.test(value) && !Number.isNaN(Date.parse(value))) return new Date(value).toISOString();
  throw new UsageError(
    `--where ${field}: "${value}" is neither a time nor an age`,
    "write 2026-11-20T08:00:00Z, or 2d for two days ago",
  );
}
