import { HoldfastError } from "@holdfast/client";
import { useState } from "react";
import { type LoaderFunctionArgs, useLoaderData } from "react-router";
import { choices } from "../data/choices.server.ts";
import { type Asked, read } from "../data/holdfast.server.ts";
import { keep } from "../data/keep.ts";
import { type ActedOn, subjectActions } from "../data/subject-actions.server.ts";
import type { Allowed } from "../parts/act.tsx";
import { ActDialog, type Asking } from "../parts/act-dialog.tsx";
import { Page } from "../parts/page.tsx";
import { LettersDialog, type LettersMeant } from "./reviews/act-on-letters.tsx";
import { DeadLetters, type Letter, type LetterGroup } from "./reviews/dead-letters.tsx";
import { filterOf } from "./reviews/filter.ts";
import { type Isolated, Quarantine } from "./reviews/quarantine.tsx";

/** So many in quarantine are drawn at once; the next ones move up. */
const CARDS = 50;

export async function loader(args: LoaderFunctionArgs) {
  return read(args as Asked, async ({ data }) => {
    const workspace = await data.workspaceId();
    const filter = filterOf(args.url.searchParams, Date.now());
    const isolated = (open: boolean) =>
      data.read<Isolated[]>((db) => {
        const query = db.from("quarantine_overview").select("*").eq("workspace_id", workspace);
        return open
          ? query.eq("state", "open").order("severity_place").order("opened_at").order("id").limit(CARDS)
          : query.neq("state", "open").order("opened_at", { ascending: false }).order("id").limit(CARDS);
      });
    const [open, reviewed, groups, letters, { kinds, queues }] = await Promise.all([
      isolated(true),
      isolated(false),
      data.read<LetterGroup[]>((db) =>
        db
          .from("dead_letter_groups")
          .select("*")
          .eq("workspace_id", workspace)
          .order("jobs", { ascending: false })
          .order("last_job", { ascending: false })
          .limit(100),
      ),
      matching(
        Promise.all([
          data.call<Letter[]>("match_dead_letters", {
            p_workspace: workspace,
            p_filter: filter,
            p_limit: Object.keys(filter).length > 0 ? 100 : 20,
          }),
          data.call<number>("count_dead_letters", { p_workspace: workspace, p_filter: filter }),
        ]),
      ),
      choices(data, workspace),
    ]);
    const first = letters.letters[0]?.job_id ?? groups[0]?.last_job;
    const [allowed, onLetters] = await Promise.all([
      data.read<(Allowed & { job_id: number })[]>((db) =>
        db
          .from("allowed_actions")
          .select("job_id, verb, sentence, needs_reason, needs_approval")
          .in(
            "job_id",
            open.map(({ job_id }) => job_id),
          )
          .order("verb"),
      ),
      // One stands for all: whoever may redrive one open dead letter may redrive any.
      first === undefined ? ({} as ActedOn) : subjectActions(data, workspace, ["dead_letter"], [first]),
    ]);
    return {
      filter,
      open,
      reviewed,
      groups,
      ...letters,
      kinds,
      queues,
      allowed: { ...Object.groupBy(allowed, ({ job_id }) => job_id) },
      onLetters: Object.values(onLetters.dead_letter ?? {})[0] ?? [],
    };
  });
}

/** What this page knows. */
export type Reviews = Awaited<ReturnType<typeof loader>>;

/** A filter that the database refuses is said beside the filter: the page stays, so that it can be mended. */
async function matching(asked: Promise<[Letter[], number]>) {
  try {
    const [letters, matched] = await asked;
    return { letters, matched, problem: undefined };
  } catch (error) {
    if (!(error instanceof HoldfastError) || error.rule !== "bad_filter") throw error;
    return { letters: [], matched: 0, problem: `${error.message} ${error.hint ?? ""}` };
  }
}

export const clientLoader = keep();

export default function ReviewsPage() {
  const reviews = useLoaderData<typeof loader>();
  const [asking, setAsking] = useState<Asking>();
  const [meant, setMeant] = useState<LettersMeant>();
  return (
    <Page title="Quarantine and dead letters">
      <Quarantine
        open={reviews.open}
        reviewed={reviews.reviewed}
        allowed={reviews.allowed}
        full={reviews.open.length === CARDS}
        onAsk={setAsking}
      />
      <DeadLetters reviews={reviews} onAsk={setMeant} />
      <ActDialog asking={asking} onClose={() => setAsking(undefined)}>
        {asking && !reviews.open.some(({ job_id }) => asking.about === `job ${job_id}`) && (
          <div role="status">Somebody has reviewed it meanwhile: see Reviewed.</div>
        )}
      </ActDialog>
      <LettersDialog meant={meant} onClose={() => setMeant(undefined)} />
    </Page>
  );
}
