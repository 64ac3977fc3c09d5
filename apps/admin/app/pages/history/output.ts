import { HoldfastError } from "@holdfast/client";
import type { LoaderFunctionArgs } from "react-router";
import { holdfastContext, one, openWorkspace, toResponse } from "../../data/holdfast.server.ts";
import { requirePerson } from "../../data/session.server.ts";

export const middleware = [requirePerson, openWorkspace];

/** Bytes asked for at once. */
const PAGE = 262_144;
const STREAMS = ["raw", "stdout", "stderr"] as const;
type Stream = (typeof STREAMS)[number];

interface Run {
  id: number;
  job_id: number;
  attempt: number;
  finished_at: string | null;
  raw_bytes: number;
  stdout_bytes: number;
  stderr_bytes: number;
}

interface Chunk {
  stream: Stream;
  byte_offset: number;
  bytes: number;
  data: string;
}

/** A piece of a run's output, as the Output tab asks for it. */
export interface Piece {
  /** Where the piece begins, and where what is stored ends. */
  from: number;
  to: number;
  stored: number;
  /** Bytes as base64. */
  data: string;
  finished: boolean;
}

/**
 * One stream of a run from a byte on: as a piece (about 256 KiB), or with `download` as a file of all of it. Calls
 * `holdfast.read_output`. The bytes are as the command printed them, secrets redacted; whoever shows them must take care.
 */
export async function loader({ params, url, context }: LoaderFunctionArgs): Promise<Response> {
  const { data } = context.get(holdfastContext);
  const asked = url.searchParams;
  const stream = STREAMS.find((each) => each === asked.get("stream")) ?? "stdout";
  try {
    const workspace = await data.workspaceId();
    const id = Number(params.run);
    const runs = Number.isSafeInteger(id)
      ? await data.read<Run[]>((db) =>
          db
            .from("runs")
            .select("id, job_id, attempt, finished_at, raw_bytes, stdout_bytes, stderr_bytes")
            .eq("workspace_id", workspace)
            .eq("id", id),
        )
      : [];
    const run = one(runs, `run ${params.run}`);
    const chunks = (after: number) =>
      data.call<Chunk[]>("read_output", { p_run: run.id, p_stream: stream, p_after: after, p_limit: PAGE });
    if (asked.has("download")) return download(run, stream, chunks);
    const stored = run[`${stream}_bytes`];
    const tail = Number(asked.get("tail") ?? 0);
    const from = asked.has("after") ? Math.max(0, Number(asked.get("after")) || 0) : Math.max(0, stored - tail);
    const bytes = joined(from < stored ? await chunks(from) : [], from);
    const piece: Piece = {
      from,
      to: from + bytes.length,
      stored,
      data: bytes.toString("base64"),
      finished: run.finished_at !== null,
    };
    return Response.json(piece, { headers: { "Cache-Control": "no-store" } });
  } catch (error) {
    if (error instanceof HoldfastError) return Response.json({ message: error.message }, { status: error.status });
    throw toResponse(error);
  }
}

/** Chunks put together from a byte on: the first may begin before it. */
function joined(chunks: readonly Chunk[], from: number): Buffer {
  let at = from;
  const pieces: Buffer[] = [];
  for (const { byte_offset, data } of chunks) {
    const bytes = Buffer.from(data, "base64").subarray(Math.max(0, at - byte_offset));
    pieces.push(bytes);
    at += bytes.length;
  }
  return Buffer.concat(pieces);
}

function download(run: Run, stream: Stream, chunks: (after: number) => Promise<Chunk[]>): Response {
  let at = 0;
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const bytes = joined(await chunks(at), at);
      at += bytes.length;
      if (bytes.length > 0) controller.enqueue(bytes);
      else controller.close();
    },
  });
  return new Response(body, {
    headers: {
      // Never as a page: what a command printed may be anything.
      "Content-Type": "application/octet-stream",
      "Content-Disposition": `attachment; filename="job-${run.job_id}-attempt-${run.attempt}-${stream}.log"`,
      "Cache-Control": "no-store",
    },
  });
}
