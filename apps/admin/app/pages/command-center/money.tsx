import { Link, useParams } from "react-router";
import { money } from "../../parts/format.ts";
import { Section } from "../../parts/page.tsx";
import { type BudgetRow, covers, SpendBar } from "../../parts/spend-bar.tsx";

/** What was spent today, and how near the fullest budgets are to their caps. */
export function Money({
  today,
  budgets,
}: {
  today: { spent: number; reserved: number; currency: string };
  budgets: readonly BudgetRow[];
}) {
  const { workspace } = useParams();
  return (
    <Section
      title="Spend today"
      aside={
        <Link to={`/w/${workspace}/costs`} className="cc-all">
          Costs
        </Link>
      }
    >
      <p className="cc-money num">
        <b>{money(today.spent, today.currency)}</b> spent, {money(today.reserved)} reserved
      </p>
      {budgets.length === 0 && (
        <p className="dim cc-money">No budget: paid work waits until a person says how much may be spent.</p>
      )}
      {budgets.map((budget) => (
        <Link key={budget.id} to={`/w/${workspace}/costs#${budget.name}`} className="cc-budget" title={covers(budget)}>
          <span className="cc-clip">{budget.name}</span>
          <SpendBar {...budget} what={`Budget ${budget.name}`} />
          <span className="num">
            {money(Number(budget.spent) + Number(budget.reserved))} of {money(budget.cap)} a {budget.period}
          </span>
        </Link>
      ))}
    </Section>
  );
}
