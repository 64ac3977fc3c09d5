import { Button, Checkbox, Group, Loader, Text } from "@mantine/core";
import { lazy, Suspense, useEffect, useState } from "react";
import {
  Link,
  type LoaderFunctionArgs,
  Outlet,
  useLoaderData,
  useLocation,
  useNavigation,
  useSearchParams,
} from "react-router";
import { choices } from "../../data/choices.server.ts";
import { type Asked, read } from "../../data/holdfast.server.ts";
import { keep } from "../../data/keep.ts";
import type { Allowed } from "../../parts/act.tsx";
import { count, MOST, plural } from "../../parts/format.ts";
import { Empty, Page } from "../../parts/page.tsx";
import { useConnection } from "../../shell/live.tsx";
import { columnsOf, type HistoryColumn } from "./columns.tsx";
import { filterOf, orderOf, withField } from "./filter.ts";
import { Filters } from "./filters.tsx";
import type { JobRow } from "./row.ts";
import { type SavedView, SavedViews } from "./saved-views.tsx";
import { useSteadyRows } from "./steady-rows.ts";

// Loaded with the first tick.
const Bulk = lazy(async () => ({ default: (await import("./bulk.tsx")).Bulk }));

const PAGE = 100;

export async function loader(args: LoaderFunctionArgs) {
  const { url } = args;
  const filter = filterOf(url.searchParams, Date.now());
  const order = orderOf(url.searchParams);
  const from = cursorOf(url.searchParams.get("from"));
  return read(args as Asked, async ({ data }) => {
    const workspace = await data.workspaceId();
    const [rows, matching, allowed, views, names, verbs] = await Promise.all([
      data.call<JobRow[]>("match_jobs", {
        p_workspace: workspace,
        p_filter: filter,
        p_order: order,
        p_after: from,
        p_limit: PAGE + 1,
      }),
      data.call<number>("count_jobs", { p_workspace: workspace, p_filter: filter, p_cap: MOST }),
      data.read<{ verb: string; subject: string }[]>((db) =>
        db.from("my_powers").select("verb, subject").eq("workspace_id", workspace).eq("subject", "jobs"),
      ),
      data.read<SavedView[]>((db) =>
        db.from("saved_views").select("name, query").eq("workspace_id", workspace).eq("page", "history").order("name"),
      ),
      choices(data, workspace),
      data.read<(Allowed & { subject: string })[]>((db) =>
        db.from("verbs").select("verb, sentence, needs_reason, needs_approval").eq("subject", "jobs").order("verb"),
      ),
    ]);
    return {
      rows: rows.slice(0, PAGE),
      more: rows.length > PAGE,
      matching,
      filter,
      acts: verbs.filter(({ verb }) => allowed.some((power) => power.verb === verb)),
      names,
      views,
    };
  });
}

export const clientLoader = keep();

export default function History() {
  const { rows: read, more, matching, filter, acts, names, views } = useLoaderData<typeof loader>();
  const [search, setSearch] = useSearchParams();
  const [ticked, setTicked] = useState<ReadonlySet<number>>(new Set());
  const [all, setAll] = useState(false);
  const list = search.toString();
  const steady = useSteadyRows(read, list, ticked.size > 0 || all);
  const { lostSince } = useConnection();
  const loading = useNavigation().state === "loading";
  // Another list: what was ticked in the one before is not meant any more.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the list is what changes.
  useEffect(() => {
    setTicked(new Set());
    setAll(false);
  }, [list]);
  const columns = columnsOf(search);
  const last = steady.rows.at(-1);
  const older = last && more ? withField(search, "from", btoa(JSON.stringify(cursorAfter(last)))) : undefined;
  return (
    <Page title="History" aside={<SavedViews views={views} page="history" />}>
      <Filters names={names} />
      <Group gap="xs" mih={26}>
        <Text size="sm" className="num" aria-live="polite">
          {matching > MOST ? `more than ${count(MOST)}` : plural(matching, "job")}
          {matching > MOST ? " jobs match" : matching === 1 ? " matches" : " match"}
        </Text>
        {loading && <Loader size="xs" aria-label="Reading" />}
        {steady.newer > 0 && !lostSince && (
          <Button size="compact-xs" variant="light" onClick={steady.show}>
            {plural(steady.newer, "newer job")}: show
          </Button>
        )}
        {ticked.size > 0 && !all && matching > ticked.size && (
          <Button size="compact-xs" variant="light" onClick={() => setAll(true)}>
            Select all {matching > MOST ? "that match" : `${count(matching)} that match`}
          </Button>
        )}
      </Group>
      {(ticked.size > 0 || all) && (
        <Suspense fallback={<p className="dim">Loading …</p>}>
          <Bulk
            allowed={acts}
            selection={
              all
                ? { filter, jobs: matching, what: "jobs that match the filter" }
                : { filter: { job: [...ticked] }, jobs: ticked.size, what: "ticked jobs" }
            }
            onDone={() => {
              setTicked(new Set());
              setAll(false);
            }}
          />
        </Suspense>
      )}
      {steady.rows.length === 0 ? (
        <Nothing filtered={Object.keys(filter).length > 0} onClear={() => setSearch({})} />
      ) : (
        <div
          className="hf-table-box"
          tabIndex={0}
          role="region"
          aria-label="Jobs"
          style={{ maxHeight: "70vh" }}
          {...steady.hold}
        >
          <table className="hf-table">
            <thead>
              <tr>
                {acts.length > 0 && (
                  <th scope="col">
                    <Checkbox
                      size="xs"
                      aria-label="Tick every job shown"
                      checked={all || ticked.size === steady.rows.length}
                      onChange={(event) => {
                        setAll(false);
                        setTicked(new Set(event.currentTarget.checked ? steady.rows.map(({ id }) => id) : []));
                      }}
                    />
                  </th>
                )}
                {columns.map((column) => (
                  <Head key={column.id} column={column} search={search} />
                ))}
              </tr>
            </thead>
            <tbody>
              {steady.rows.map((row) => (
                <tr
                  key={row.id}
                  data-row={row.id}
                  data-selected={ticked.has(row.id) || all || undefined}
                  style={steady.old.has(row.id) ? { opacity: 0.75 } : undefined}
                  title={steady.old.has(row.id) ? "No longer in this list: shown as it was" : undefined}
                >
                  {acts.length > 0 && (
                    <td>
                      <Checkbox
                        size="xs"
                        aria-label={`Tick job ${row.id}`}
                        checked={all || ticked.has(row.id)}
                        onChange={(event) => {
                          const next = new Set(ticked);
                          if (event.currentTarget.checked) next.add(row.id);
                          else next.delete(row.id);
                          setAll(false);
                          setTicked(next);
                        }}
                      />
                    </td>
                  )}
                  {columns.map((column) => (
                    <td key={column.id} className={column.right ? "right" : undefined}>
                      {column.cell(row, search.size > 0 ? `?${list}` : "")}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Group gap="xs">
        {search.has("from") && (
          <Button size="xs" variant="default" component={Link} to={`?${withField(search, "from", null)}`}>
            Newest
          </Button>
        )}
        {older && (
          <Button size="xs" variant="default" component={Link} to={`?${older}`}>
            Next {PAGE}
          </Button>
        )}
      </Group>
      <Outlet />
    </Page>
  );
}

function Head({ column, search }: { column: HistoryColumn; search: URLSearchParams }) {
  const { pathname } = useLocation();
  const now = orderOf(search);
  const { order } = column;
  const sorted = order === now || (order === "newest" && now === "oldest");
  // A click on the column that is sorted by already turns it, where the database can.
  const next = order === "newest" && now === "newest" ? "oldest" : order;
  return (
    <th
      scope="col"
      className={column.right ? "right" : undefined}
      aria-sort={sorted ? (now === "oldest" ? "ascending" : "descending") : undefined}
    >
      {order ? (
        <Link
          className="hf-sort"
          style={{ display: "inline-block", lineHeight: "24px", textDecoration: "none" }}
          to={{ pathname, search: withField(search, "order", next === "newest" ? null : (next ?? null)).toString() }}
          preventScrollReset
        >
          {column.header}
          {sorted ? (now === "oldest" ? " ↑" : " ↓") : ""}
        </Link>
      ) : (
        column.header
      )}
    </th>
  );
}

function Nothing({ filtered, onClear }: { filtered: boolean; onClear: () => void }) {
  if (!filtered) {
    return (
      <Empty title="No job yet">
        Enqueue one from SQL, supabase-js or the CLI: <code>holdfast run -- make test</code>
      </Empty>
    );
  }
  return (
    <Empty title="No job matches these filters">
      <Button size="xs" variant="default" mt={6} onClick={onClear}>
        Clear filters
      </Button>
    </Empty>
  );
}

/** The place in the list after a row: what the orders of `holdfast.match_jobs` go by. */
function cursorAfter(row: JobRow): Record<string, unknown> {
  const { id, created_at, finished_at, duration_seconds, cost, memory_bytes } = row;
  return { id, created_at, finished_at, duration_seconds, cost, memory_bytes };
}

function cursorOf(text: string | null): unknown {
  if (!text) return null;
  try {
    return JSON.parse(atob(text));
  } catch {
    // The database says what is wrong with it, as with every other part of the address.
    return { cursor: text.slice(0, 100) };
  }
}
