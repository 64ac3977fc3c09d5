import {
  type ColumnDef,
  columnVisibilityFeature,
  createSortedRowModel,
  type RowData,
  rowSortingFeature,
  sortFns,
  tableFeatures,
  useTable,
} from "@tanstack/react-table";
import type { ReactNode } from "react";

const features = tableFeatures({
  rowSortingFeature,
  columnVisibilityFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns,
});

/** A column of {@link DataTable}: TanStack's, with how it is aligned. */
export interface Column<T extends RowData> {
  /** Name of the column, unique in its table. The column `acts` stays in sight at the right. */
  id: string;
  header: string;
  /** What it is sorted by. Left out: it cannot be sorted by. */
  by?: (row: T) => string | number | null | undefined;
  cell: (row: T) => ReactNode;
  right?: boolean;
  /** Sentences: never narrower than they can be read. */
  prose?: boolean;
  hidden?: boolean;
}

/** A dense table whose head stays. All its rows are there, so sorting happens in the browser. */
export function DataTable<T extends RowData>({
  label,
  columns,
  rows,
  rowId,
  empty,
  selected,
}: {
  label: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  rowId: (row: T) => string;
  empty: ReactNode;
  selected?: (row: T) => boolean;
}) {
  const shown = columns.filter((column) => !column.hidden);
  const table = useTable({
    features,
    data: rows as T[],
    getRowId: rowId,
    columns: shown.map(
      ({ id, header, by }) =>
        ({
          id,
          header,
          ...(by ? { accessorFn: (row: T) => by(row) ?? undefined, sortUndefined: "last" } : {}),
          enableSorting: by !== undefined,
        }) as ColumnDef<typeof features, T>,
    ),
  });
  if (rows.length === 0) return empty;
  return (
    <div className="hf-table-box" tabIndex={0} role="group" aria-label={label}>
      <table className="hf-table">
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id}>
              {group.headers.map((header, place) => {
                const column = shown[place] as Column<T>;
                const sorted = header.column.getIsSorted();
                return (
                  <th
                    key={header.id}
                    scope="col"
                    className={classOf(column)}
                    aria-sort={sorted === "asc" ? "ascending" : sorted === "desc" ? "descending" : undefined}
                  >
                    {column.by ? (
                      <button type="button" className="hf-sort" onClick={header.column.getToggleSortingHandler()}>
                        {column.header}
                        {sorted === "asc" ? " ↑" : sorted === "desc" ? " ↓" : ""}
                      </button>
                    ) : (
                      column.header
                    )}
                  </th>
                );
              })}
            </tr>
          ))}
        </thead>
        <tbody>
          {table.getRowModel().rows.map((row) => (
            <tr
              key={row.id}
              id={`row-${row.id}`}
              data-row={row.id}
              data-selected={selected?.(row.original) || undefined}
            >
              {shown.map((column) => (
                <td key={column.id} className={classOf(column)}>
                  {column.cell(row.original)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function classOf<T extends RowData>({ id, right, prose }: Column<T>): string | undefined {
  return id === "acts" ? "acts" : right ? "right" : prose ? "prose" : undefined;
}
