import type { Data } from "@holdfast/client";
import type { LoaderFunctionArgs } from "react-router";
import { holdfastContext, openWorkspace, toResponse } from "../data/holdfast.server.ts";
import { requirePerson } from "../data/session.server.ts";
import { filterOf } from "./ledger/filter.ts";
import type { EventRow, SealRow } from "./ledger/rows.ts";

export const middleware = [requirePerson, openWorkspace];

const PAGE = 1000;

/**
 * The events of the workspace that match the filter of the address, newest first, as JSON lines; exactly as they are stored,
 * unlike on pages. The last line says how many there were and names the newest seal: a download without it is not whole.
 */
export async function loader({ context, params, url, request }: LoaderFunctionArgs): Promise<Response> {
  const { data } = context.get(holdfastContext);
  const filter = filterOf(url.searchParams, Date.now());
  let lines: AsyncGenerator<string>;
  let first: IteratorResult<string>;
  try {
    lines = linesOf(data, await data.workspaceId(), filter);
    // A filter that is refused is an answer, not half a download.
    first = await lines.next();
  } catch (error) {
    throw toResponse(error);
  }
  const encoder = new TextEncoder();
  let next: IteratorResult<string> | undefined = first;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const line = next ?? (await lines.next());
      next = undefined;
      if (line.done || request.signal.aborted) controller.close();
      else controller.enqueue(encoder.encode(line.value));
    },
    async cancel() {
      await lines.return(undefined);
    },
  });
  const day = new Date().toISOString().slice(0, 10);
  return new Response(body, {
    headers: {
      "Content-Type": "application/x-ndjson; charset=utf-8",
      "Content-Disposition": `attachment; filename="holdfast-${(params.workspace ?? "").replaceAll(/[^a-z0-9-]/g, "")}-events-${day}.jsonl"`,
      "X-Content-Type-Options": "nosniff",
      "Cache-Control": "no-store",
    },
  });
}

/** The lines of an export, a page of events at a time. */
async function* linesOf(data: Data, workspace: string, filter: Record<string, string>): AsyncGenerator<string> {
  let events = 0;
  let below: number | null = null;
  for (;;) {
    const page: EventRow[] = await data.call<EventRow[]>("match_events", {
      p_workspace: workspace,
      p_filter: filter,
      p_before: below,
      p_limit: PAGE,
    });
    const text = page.map(({ seq, at, actor, action, subject_type, subject_id, data }) =>
      line({ type: "event", seq, at, actor, action, subject_type, subject_id, data }),
    );
    events += page.length;
    below = page.at(-1)?.seq ?? null;
    if (text.length > 0) yield text.join("");
    if (page.length < PAGE) break;
  }
  const [standing] = await data.read<SealRow[]>((db) =>
    db.from("ledger_status").select("seal, sealed_at, hash, unsealed").eq("workspace_id", workspace),
  );
  yield line({
    type: "end",
    events,
    filter,
    seal: standing?.seal,
    sealed_at: standing?.sealed_at,
    hash: standing?.hash,
  });
}

function line(value: Record<string, unknown>): string {
  return `${JSON.stringify(value)}\n`;
}
