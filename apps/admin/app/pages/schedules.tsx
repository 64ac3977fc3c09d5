import { HoldfastError } from "@holdfast/client";
import { type ActionFunctionArgs, type LoaderFunctionArgs, useLoaderData } from "react-router";
import { choices } from "../data/choices.server.ts";
import { type Asked, holdfastContext, one, read } from "../data/holdfast.server.ts";
import { keep } from "../data/keep.ts";
import { malformed, type Refusal, refusalOf } from "../data/refusal.server.ts";
import { subjectActions } from "../data/subject-actions.server.ts";
import { Empty, Page } from "../parts/page.tsx";
import { AddSchedule, type Offered } from "./schedules/add-schedule.tsx";
import { NewSchedule } from "./schedules/new-schedule.ts";
import { type Schedule, ScheduleCard } from "./schedules/schedule-card.tsx";
import { Legend, type PastWindow } from "./schedules/windows.tsx";
import { inZone } from "./schedules/words.ts";

/** What the view says and the page says otherwise. */
type Row = Omit<Schedule, "words" | "next" | "past"> & {
  next_windows: string[];
  last_windows: Omit<PastWindow, "local">[];
};

export async function loader(args: LoaderFunctionArgs) {
  return read(args as Asked, async ({ data }) => {
    const workspace = await data.workspaceId();
    const [rows, actions, powers, workspaces] = await Promise.all([
      data.read<Row[]>((db) => db.from("schedule_overview").select("*").eq("workspace_id", workspace).order("name")),
      subjectActions(data, workspace, ["schedule"]),
      data.read<{ verb: string }[]>((db) =>
        db
          .from("my_powers")
          .select("verb")
          .eq("workspace_id", workspace)
          .eq("verb", "define")
          .eq("subject", "schedule"),
      ),
      data.read<{ time_zone: string; currency: string }[]>((db) =>
        db.from("workspaces").select("time_zone, currency").eq("id", workspace),
      ),
    ]);
    // Like the form, only where it is needed: a browser that looks at the page never loads it.
    const { cronInWords } = await import("./schedules/cron-words.ts");
    const { time_zone, currency } = one(workspaces, "workspace");
    const offer = async (): Promise<Offered> => {
      const [kinds, names] = await Promise.all([
        data.read<Offered["kinds"]>((db) =>
          db.from("kinds").select("name, payload_schema").eq("workspace_id", workspace).order("name"),
        ),
        choices(data, workspace),
      ]);
      return { ...names, kinds, time_zone, currency };
    };
    return {
      schedules: rows.map(
        ({ next_windows, last_windows, ...row }): Schedule => ({
          ...row,
          words: cronInWords(row.cron),
          next: next_windows.map((at) => ({ at, local: inZone(at, row.time_zone) })),
          past: last_windows.map((window) => ({ ...window, local: inZone(window.window_at, row.time_zone) })),
        }),
      ),
      actions: actions.schedule ?? {},
      // Read only for those who can use it.
      offered: powers.length > 0 ? await offer() : undefined,
      currency,
    };
  });
}

/** Adds a schedule: one row of `holdfast.schedules`, which the database checks and refuses in its own words. */
export async function action({ request, context }: ActionFunctionArgs): Promise<Refusal | { ok: true; name: string }> {
  const form = NewSchedule.safeParse(Object.fromEntries(await request.formData()));
  if (!form.success) return malformed(form.error.issues[0]);
  const { data } = context.get(holdfastContext);
  try {
    const workspace_id = await data.workspaceId();
    await data.read((db) => db.from("schedules").insert({ workspace_id, ...form.data }));
    return { ok: true, name: form.data.name };
  } catch (error) {
    if (error instanceof HoldfastError && error.status === 409) {
      return {
        ok: false,
        rule: "name_taken",
        message: `There is a schedule ${form.data.name} already.`,
        hint: "Choose another name.",
      };
    }
    return refusalOf(error);
  }
}

export const clientLoader = keep();

export default function Schedules() {
  const { schedules, actions, offered, currency } = useLoaderData<typeof loader>();
  return (
    <Page title="Schedules" aside={offered && <AddSchedule offered={offered} />}>
      {schedules.length === 0 ? (
        <Empty title="No schedule">
          A schedule starts a job at the times of a cron rule, in a time zone of its own. An admin adds one; it starts
          disabled, and fires once somebody has enabled it.
        </Empty>
      ) : (
        <>
          <div
            className="dim"
            style={{ display: "flex", flexWrap: "wrap", justifyContent: "space-between", fontSize: "0.8125rem" }}
          >
            <span>
              Times are on each schedule's own clock. A schedule is never changed: add another, disable the old one.
            </span>
            <Legend />
          </div>
          <div className="hf-cards">
            {schedules.map((schedule) => (
              <ScheduleCard
                key={schedule.id}
                schedule={schedule}
                allowed={actions[schedule.name] ?? []}
                currency={currency}
              />
            ))}
          </div>
        </>
      )}
    </Page>
  );
}
