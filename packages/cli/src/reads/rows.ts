import type { Holdfast } from "@holdfast/client";

/** How many rows a list has, and in which order. */
export interface RowsWanted {
  columns?: string;
  order: string;
  ascending?: boolean;
  limit?: number;
  /** Columns and the one value each must have. */
  where?: Record<string, string | number | boolean | null | undefined>;
}

/** Rows of one table or view of the workspace; values that are undefined are not asked for, null means null. */
export async function rowsOf<T>(holdfast: Holdfast, table: string, wanted: RowsWanted): Promise<T[]> {
  const workspaceId = await holdfast.data.workspaceId();
  return holdfast.data.read<T[]>((db) => {
    let query = db
      .from(table)
      .select(wanted.columns ?? "*")
      .eq("workspace_id", workspaceId);
    for (const [column, value] of Object.entries(wanted.where ?? {})) {
      if (value === null) query = query.is(column, null);
      else if (value !== undefined) query = query.eq(column, value);
    }
    return query.order(wanted.order, { ascending: wanted.ascending ?? true }).limit(wanted.limit ?? 200);
  });
}
