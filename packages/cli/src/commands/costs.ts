import { Argument, Option } from "commander";
import { addCommand, asPerson, onCall, type Program } from "../command.ts";
import { type Context, print, printJson } from "../context.ts";
import { type Budget, listBudgets } from "../reads/budgets.ts";
import { rowsOf } from "../reads/rows.ts";
import { openHoldfast } from "../session/open.ts";
import { printable } from "../terminal/printable.ts";
import { table } from "../terminal/table.ts";
import { money } from "./acting.ts";

type By = "venture" | "lane" | "kind";

/** A row of `holdfast.spend`. */
interface Spend extends Record<By, string | null> {
  currency: string;
  spent: number;
  reserved: number;
  jobs: number;
}

/** What `holdfast costs --json` prints. */
interface Costs {
  period: string;
  by: By;
  rows: { name: string | null; spent: number; reserved: number; jobs: number }[];
  total: { spent: number; reserved: number };
  currency: string | null;
  budgets: Budget[];
}

const PERIODS: Record<string, string> = { today: "day", week: "week", month: "month" };

/** `holdfast costs [today|week|month] [--by venture|lane|kind]`. */
export function addCosts(program: Program): void {
  const command = asPerson(
    addCommand(program, "costs", "Say what was spent and is reserved, by venture, lane or kind, against the budgets", [
      "holdfast costs",
      "holdfast costs month --by venture",
    ]),
  )
    .addArgument(
      new Argument("[period]", "in the workspace's time zone").choices(Object.keys(PERIODS)).default("today"),
    )
    .addOption(new Option("--by <what>", "what to add up by").choices(["venture", "lane", "kind"]).default("kind"));
  onCall<{ by: By }>(program, command, async (context, { by }, [period = "today"]) => {
    const holdfast = await openHoldfast(context);
    const [spend, budgets] = await Promise.all([
      rowsOf<Spend>(holdfast, "spend", { order: "kind", limit: 1000, where: { period: PERIODS[period] } }),
      listBudgets(holdfast),
    ]);
    const costs = addUp(period, by, spend, budgets);
    if (context.json) printJson(context, costs);
    else print(context, lines(context, costs));
  });
}

function addUp(period: string, by: By, spend: readonly Spend[], budgets: Budget[]): Costs {
  const rows = new Map<string | null, Costs["rows"][number]>();
  for (const each of spend) {
    const row = rows.get(each[by]) ?? { name: each[by], spent: 0, reserved: 0, jobs: 0 };
    rows.set(each[by], {
      ...row,
      spent: row.spent + each.spent,
      reserved: row.reserved + each.reserved,
      jobs: row.jobs + each.jobs,
    });
  }
  const sorted = [...rows.values()].sort((one, other) => other.spent + other.reserved - one.spent - one.reserved);
  const total = (figure: "spent" | "reserved") => sorted.reduce((sum, row) => sum + row[figure], 0);
  return {
    period,
    by,
    rows: sorted,
    total: { spent: total("spent"), reserved: total("reserved") },
    currency: spend[0]?.currency ?? budgets[0]?.currency ?? null,
    budgets,
  };
}

function lines(context: Context, { period, by, rows, total, currency, budgets }: Costs): string[] {
  const unit = currency ?? "";
  const within = { width: context.width, colour: context.colour };
  const when = period === "today" ? "today" : `this ${period}`;
  if (rows.length === 0) return [`nothing was spent ${when}`, ...against(budgets)];
  return [
    ...table(
      [
        { title: by },
        { title: "spent", align: "right" },
        { title: "reserved", align: "right" },
        { title: "jobs", align: "right" },
      ],
      rows.map((row) => [
        row.name ?? (by === "venture" ? "(none)" : "(adjustments)"),
        money(row.spent, unit),
        money(row.reserved, unit),
        row.jobs,
      ]),
      within,
    ),
    `${when}: ${money(total.spent, unit)} spent, ${money(total.reserved, unit)} reserved`,
    ...against(budgets),
  ];
}

function against(budgets: readonly Budget[]): string[] {
  if (budgets.length === 0) return ["there is no budget: paid work waits until there is one (holdfast budget set)"];
  return budgets.map((budget) =>
    printable(
      `budget ${budget.name}: ${(budget.spent + budget.reserved).toFixed(2)} of ${money(budget.cap, budget.currency)} a ${budget.period} used`,
    ),
  );
}
