import { money } from "./format.ts";

/** One row of `holdfast.budget_overview`. */
export interface BudgetRow {
  id: number;
  name: string;
  scope: string;
  scope_name: string | null;
  period: "day" | "week" | "month";
  currency: string;
  cap: number;
  approval_threshold: number | null;
  on_breach: string;
  breached_at: string | null;
  starts_at: string;
  ends_at: string;
  spent: number;
  reserved: number;
  share: number;
  breached: boolean;
  pending_approval_id: number | null;
  asked_cap: number | null;
}

/** What a budget covers, in words. */
export function covers({ scope, scope_name }: { scope: string; scope_name: string | null }): string {
  return scope_name === null ? "everything" : `${scope} ${scope_name}`;
}

/** What is spent (full) and reserved (hatched) of a cap. */
export function SpendBar({
  spent,
  reserved,
  cap,
  what,
}: {
  spent: number;
  reserved: number;
  cap: number;
  what: string;
}) {
  const share = (amount: number) => (cap > 0 ? Math.max(0, Math.min(1, amount / cap)) * 100 : amount > 0 ? 100 : 0);
  const solid = share(spent);
  const label = `${what}: ${money(spent)} spent and ${money(reserved)} reserved of ${money(cap)}`;
  return (
    <div className={`hf-bar hf-spend${spent + reserved >= cap ? " over" : ""}`} role="img" aria-label={label}>
      <span style={{ width: `${solid}%` }} />
      <span className="reserved" style={{ width: `${Math.min(100 - solid, share(reserved))}%` }} />
    </div>
  );
}
