import { Option } from "commander";
import { addCommand, addGroup, amount, asPerson, onCall, type Program } from "../command.ts";
import { print, printJson } from "../context.ts";
import { type Budget, listBudgets } from "../reads/budgets.ts";
import { openHoldfast } from "../session/open.ts";
import { printable } from "../terminal/printable.ts";
import { carryOut, money, printRows } from "./acting.ts";

/** `holdfast budget list|set|raise|adjust`. */
export function addBudgets(program: Program): void {
  const group = addGroup(program, "budget", "List budgets, add one, ask for another cap, correct what was spent");
  addList(group);
  addSet(group);
  addRaise(group);
  addAdjust(group);
}

function addList(program: Program): void {
  const command = asPerson(
    addCommand(program, "list", "List budgets with what is spent and reserved in their period", [
      "holdfast budget list",
    ]),
  );
  onCall(program, command, async (context) => {
    const budgets = await listBudgets(await openHoldfast(context));
    printRows(
      context,
      budgets,
      "there is no budget: paid work waits until there is one (holdfast budget set)",
      [
        { title: "budget" },
        { title: "covers" },
        { title: "a" },
        { title: "cap", align: "right" },
        { title: "spent", align: "right" },
        { title: "reserved", align: "right" },
        { title: "left", align: "right" },
        { title: "consent above", align: "right" },
        { title: "when exhausted" },
      ],
      (budget) => [
        budget.name,
        budget.scope_name ? `${budget.scope} ${budget.scope_name}` : budget.scope,
        budget.period,
        money(budget.cap, budget.currency),
        money(budget.spent, budget.currency),
        money(budget.reserved, budget.currency),
        { text: money(budget.left, budget.currency), style: budget.left > 0 ? ("green" as const) : ("red" as const) },
        money(budget.approval_threshold, budget.currency),
        budget.on_breach,
      ],
    );
  });
}

interface SetOptions {
  cap: number;
  period: string;
  scope: string;
  scopeName?: string;
  threshold?: number;
  onBreach: string;
}

function addSet(program: Program): void {
  const command = asPerson(
    addCommand(program, "set", "Add a budget: how much may be spent in a period", [
      "holdfast budget set daily --cap 40",
      "holdfast budget set agents --cap 10 --scope lane --scope-name agent --on-breach ask",
    ]),
  )
    .argument("<name>", "its name: lowercase letters, digits, _ and -")
    .requiredOption("--cap <amount>", "the most that may be spent in one period", amount(0))
    .addOption(new Option("--period <period>", "its period").choices(["day", "week", "month"]).default("day"))
    .addOption(
      new Option("--scope <scope>", "what it covers")
        .choices(["workspace", "venture", "lane", "kind"])
        .default("workspace"),
    )
    .option("--scope-name <name>", "name of the venture, lane or kind")
    .option("--threshold <amount>", "above this every further job needs consent (default for a day: 25)", amount(0))
    .addOption(
      new Option("--on-breach <what>", "what becomes of a job that does not fit")
        .choices(["hold", "ask", "stop"])
        .default("hold"),
    );
  onCall<SetOptions>(program, command, async (context, options, [name = ""]) => {
    const holdfast = await openHoldfast(context);
    const row = {
      workspace_id: await holdfast.data.workspaceId(),
      name,
      cap: options.cap,
      period: options.period,
      scope: options.scope,
      scope_name: options.scopeName ?? null,
      on_breach: options.onBreach,
      ...(options.threshold !== undefined && { approval_threshold: options.threshold }),
    };
    const [budget] = await holdfast.data.read<Budget[]>((db) => db.from("budgets").insert(row).select());
    if (context.json) printJson(context, budget);
    else if (budget) {
      print(context, printable(`budget ${name}: ${money(budget.cap, budget.currency)} a ${budget.period}`));
    }
  });
}

function addRaise(program: Program): void {
  const command = asPerson(
    addCommand(program, "raise", "Set a budget's cap; more takes effect with another person's consent, less at once", [
      'holdfast budget raise daily --cap 60 --reason "launch week"',
    ]),
  )
    .argument("<name>", "name of the budget")
    .requiredOption("--cap <amount>", "the new cap", amount(0))
    .option("-r, --reason <text>", "why; kept in the record, and shown to whoever consents");
  onCall<{ cap: number; reason?: string }>(program, command, (context, { cap, reason }, [name = ""]) =>
    carryOut(context, ["raise", "budget", { budget: name }], { reason, params: { cap } }, ({ result }) =>
      result.approval === undefined
        ? `budget ${name} has a cap of ${cap.toFixed(2)} now`
        : `budget ${name}: approval ${result.approval} ${result.state}`,
    ),
  );
}

function addAdjust(program: Program): void {
  const command = asPerson(
    addCommand(
      program,
      "adjust",
      "Correct what a budget's current period has spent, by an amount that may be negative",
      ['holdfast budget adjust daily --amount -3.20 --reason "invoice 118 was refunded"'],
    ),
  )
    .argument("<name>", "name of the budget")
    .requiredOption("--amount <amount>", "how much more was spent; negative for less", amount())
    .option("-r, --reason <text>", "why; kept in the record");
  onCall<{ amount: number; reason?: string }>(program, command, (context, options, [name = ""]) =>
    carryOut(
      context,
      ["adjust", "budget", { budget: name }],
      { reason: options.reason, params: { amount: options.amount } },
      ({ result }) => `budget ${name} adjusted by ${options.amount.toFixed(2)}: ${Number(result.used).toFixed(2)} used`,
    ),
  );
}
