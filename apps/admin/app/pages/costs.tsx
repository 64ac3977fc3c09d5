import { Text } from "@mantine/core";
import { type ActionFunctionArgs, type LoaderFunctionArgs, useLoaderData } from "react-router";
import { z } from "zod";
import { type Asked, holdfastContext, one, read } from "../data/holdfast.server.ts";
import { malformed, type Refusal, refusalOf } from "../data/refusal.server.ts";
import { subjectActions } from "../data/subject-actions.server.ts";
import { money, plural } from "../parts/format.ts";
import { Page, Section } from "../parts/page.tsx";
import type { BudgetRow } from "../parts/spend-bar.tsx";
import { AddBudget, Budgets } from "./costs/budgets.tsx";
import { Entries } from "./costs/entries.tsx";
import { ByName, Choices, OverDays } from "./costs/over-days.tsx";
import { afterEntry, entriesBefore } from "./costs/place.ts";
import { type EntryRow, PERIODS, SPOKEN, type SpendRow, sumsOf } from "./costs/rows.ts";
import { daysOf, GROUPINGS, RANGES, type SeriesRow, seriesOf } from "./costs/series.ts";
import "./costs.css";
import { keep } from "../data/keep.ts";

const PAGE = 100;
const DAY_MS = 86_400_000;

export async function loader(args: LoaderFunctionArgs) {
  const search = args.url.searchParams;
  const range = RANGES.find((each) => String(each) === search.get("days")) ?? 30;
  const by = GROUPINGS.find((each) => each === search.get("by")) ?? "venture";
  const now = Date.now();
  return read(args as Asked, async ({ data, workspace: slug }) => {
    const workspace = await data.workspaceId();
    const [workspaces, budgets, spend, series, entries, people, actions, powers] = await Promise.all([
      data.read<{ time_zone: string; currency: string }[]>((db) =>
        db.from("workspaces").select("time_zone, currency").eq("id", workspace),
      ),
      data.read<BudgetRow[]>((db) =>
        db.from("budget_overview").select("*").eq("workspace_id", workspace).order("name"),
      ),
      data.read<SpendRow[]>((db) => db.from("spend").select("*").eq("workspace_id", workspace)),
      // One day more than is shown: the oldest begins at midnight in the workspace's zone, wherever that is.
      data.call<SeriesRow[]>("cost_series", {
        p_workspace: workspace,
        p_from: new Date(now - (range + 1) * DAY_MS).toISOString(),
        p_to: new Date(now + DAY_MS).toISOString(),
        p_by: by,
      }),
      data.read<EntryRow[]>((db) =>
        entriesBefore(
          db
            .from("cost_entries")
            .select("id, entry, amount, currency, counts_at, at, source, job_id, venture, lane, kind, budget")
            .eq("workspace_id", workspace),
          search.get("from"),
        )
          .order("counts_at", { ascending: false })
          .order("id", { ascending: false })
          .limit(PAGE + 1),
      ),
      data.read<{ user_id: string; name: string }[]>((db) =>
        db.from("people").select("user_id, name").eq("workspace_id", workspace),
      ),
      subjectActions(data, workspace, ["budget"]),
      data.read<{ verb: string }[]>((db) =>
        db.from("my_powers").select("verb").eq("workspace_id", workspace).eq("subject", "budget").eq("verb", "define"),
      ),
    ]);
    const { time_zone, currency } = one(workspaces, `workspace "${slug}"`);
    const called = new Map(people.map(({ user_id, name }) => [`user:${user_id}`, name]));
    const nameless = `no ${by}`;
    return {
      range,
      by,
      zone: time_zone,
      currency,
      budgets,
      sums: sumsOf(spend, by, nameless),
      series: seriesOf(series, daysOf(range, now, time_zone), nameless),
      entries: entries.slice(0, PAGE).map((entry) => ({ ...entry, source: called.get(entry.source) ?? entry.source })),
      older: entries.length > PAGE ? afterEntry(entries[PAGE - 1] as EntryRow) : null,
      actions: actions.budget ?? {},
      mayDefine: powers.length > 0,
    };
  });
}

const amount = z
  .string()
  .trim()
  .transform((text, context) => {
    const value = Number(text);
    if (text !== "" && Number.isFinite(value)) return value;
    context.addIssue("is not an amount");
    return z.NEVER;
  });

const Form = z.object({
  name: z.string().trim(),
  scope: z.string(),
  scope_name: z.string().trim().optional(),
  period: z.string(),
  cap: amount,
  approval_threshold: z.union([z.literal("").transform(() => undefined), amount]).optional(),
  on_breach: z.string(),
});

/** Adds a budget: a row of `holdfast.budgets`. Every rule about it is the database's. */
export async function action({ request, context }: ActionFunctionArgs): Promise<{ ok: true; name: string } | Refusal> {
  const form = Form.safeParse(Object.fromEntries(await request.formData()));
  if (!form.success) return malformed(form.error.issues[0], "Write it as 40 or 12.50.");
  const { data } = context.get(holdfastContext);
  const { scope_name, approval_threshold, ...budget } = form.data;
  try {
    const workspace_id = await data.workspaceId();
    await data.read((db) =>
      db.from("budgets").insert({
        workspace_id,
        ...budget,
        ...(scope_name ? { scope_name } : {}),
        ...(approval_threshold === undefined ? {} : { approval_threshold }),
      }),
    );
    return { ok: true, name: budget.name };
  } catch (error) {
    const answer = refusalOf(error);
    if (!answer.message.includes("23505")) return answer;
    return {
      ...answer,
      message: `There is a budget ${budget.name} already.`,
      hint: "Raise it, or choose another name.",
    };
  }
}

export const clientLoader = keep();

export default function Costs() {
  const { range, by, zone, currency, budgets, sums, series, entries, older, actions, mayDefine } =
    useLoaderData<typeof loader>();
  return (
    <Page title="Costs" aside={mayDefine && <AddBudget currency={currency} />}>
      <Totals sums={sums.all} currency={currency} zone={zone} />
      <Section title="Budgets">
        <Budgets budgets={budgets} actions={actions} mayDefine={mayDefine} />
      </Section>
      <Section title={`By ${by}`} aside={<Choices range={range} by={by} />}>
        <ByName by={by} named={sums.named} />
        <OverDays series={series} currency={currency} range={range} by={by} zone={zone} />
      </Section>
      <Section title="Cost ledger">
        <Entries entries={entries} older={older} />
      </Section>
    </Page>
  );
}

function Totals({ sums, currency, zone }: { sums: ReturnType<typeof sumsOf>["all"]; currency: string; zone: string }) {
  return (
    <div className="hf-grid co-totals">
      {PERIODS.map((period) => {
        const { spent, reserved, jobs } = sums[period];
        return (
          <div key={period} className="hf-card" data-period={period}>
            <div className="dim">{SPOKEN[period]}</div>
            <div className="co-sum num">{money(spent, currency)}</div>
            <div className="dim num">
              {money(reserved)} reserved · {plural(jobs, "job")}
            </div>
          </div>
        );
      })}
      <Text size="xs" className="dim">
        Days, weeks (from Monday) and months in the workspace's time zone, {zone}. Spent is settled and adjusted;
        reserved is held for work on its way.
      </Text>
    </div>
  );
}
