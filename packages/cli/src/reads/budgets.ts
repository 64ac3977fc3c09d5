import type { Holdfast } from "@holdfast/client";
import { rowsOf } from "./rows.ts";

/** A row of `holdfast.budgets` with the figures of its current period. */
export interface Budget {
  id: number;
  name: string;
  scope: string;
  scope_name: string | null;
  period: string;
  currency: string;
  cap: number;
  approval_threshold: number | null;
  on_breach: string;
  spent: number;
  reserved: number;
  /** Never below zero. */
  left: number;
}

/** Every budget of the workspace, with what its current period has spent and reserved. */
export async function listBudgets(holdfast: Holdfast): Promise<Budget[]> {
  const workspaceId = await holdfast.data.workspaceId();
  const now = new Date().toISOString();
  const [budgets, periods] = await Promise.all([
    rowsOf<Budget>(holdfast, "budgets", { order: "name", limit: 1000 }),
    holdfast.data.read<{ budget_id: number; spent: number; reserved: number }[]>((db) =>
      db
        .from("budget_periods")
        .select("budget_id,spent,reserved")
        .eq("workspace_id", workspaceId)
        .lte("starts_at", now)
        .gt("ends_at", now),
    ),
  ]);
  const figures = new Map(periods.map((period) => [period.budget_id, period]));
  return budgets.map((budget) => {
    const { spent = 0, reserved = 0 } = figures.get(budget.id) ?? {};
    return { ...budget, spent, reserved, left: Math.max(0, budget.cap - spent - reserved) };
  });
}
