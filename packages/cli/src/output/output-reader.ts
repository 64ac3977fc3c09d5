import type { Holdfast } from "@holdfast/client";
import { OUTPUT_STREAMS, type OutputStream, type Run, storedBytes } from "../reads/run.ts";

/** Bytes of one stream, in order. */
export interface OutputPiece {
  stream: OutputStream;
  data: Uint8Array;
}

interface OutputRow {
  stream: OutputStream;
  byte_offset: number;
  bytes: number;
  data: string;
}

/** Bytes asked for at once. */
const PAGE = 262_144;

/** Reads the output of one run by byte offset, so that nothing is missed or shown twice. */
export class OutputReader {
  readonly #holdfast: Holdfast;
  readonly #runId: number;
  readonly #offsets: Record<OutputStream, number>;

  /** `from` starts later in a stream, for showing only its tail. */
  constructor(holdfast: Holdfast, runId: number, from: Partial<Record<OutputStream, number>> = {}) {
    this.#holdfast = holdfast;
    this.#runId = runId;
    this.#offsets = { raw: from.raw ?? 0, stdout: from.stdout ?? 0, stderr: from.stderr ?? 0 };
  }

  /** Everything that `run` says is stored and that was not read yet. Calls `holdfast.read_output`. */
  async *readUpTo(run: Run): AsyncGenerator<OutputPiece> {
    for (const stream of OUTPUT_STREAMS) {
      while (this.#offsets[stream] < storedBytes(run, stream)) {
        const rows = await this.#page(stream);
        if (rows.length === 0) break;
        for (const row of rows) {
          const data = this.#unread(stream, row);
          if (data.length > 0) yield { stream, data };
        }
      }
    }
  }

  #page(stream: OutputStream): Promise<OutputRow[]> {
    return this.#holdfast.data.call<OutputRow[]>("read_output", {
      p_run: this.#runId,
      p_stream: stream,
      p_after: this.#offsets[stream],
      p_limit: PAGE,
    });
  }

  /** The part of a row after what was read: a chunk may begin before the offset asked for. */
  #unread(stream: OutputStream, row: OutputRow): Uint8Array {
    const bytes = Buffer.from(row.data, "base64");
    const skip = Math.max(0, this.#offsets[stream] - row.byte_offset);
    const data = bytes.subarray(skip);
    this.#offsets[stream] = Math.max(this.#offsets[stream], row.byte_offset + bytes.length);
    return data;
  }
}

/** The last `bytes` of each stream of a run, for a story or a snapshot. */
export async function readTail(holdfast: Holdfast, run: Run, bytes: number): Promise<OutputPiece[]> {
  const from = Object.fromEntries(
    OUTPUT_STREAMS.map((stream) => [stream, Math.max(0, storedBytes(run, stream) - bytes)]),
  );
  const pieces = new Map<OutputStream, Buffer[]>();
  for await (const { stream, data } of new OutputReader(holdfast, run.id, from).readUpTo(run)) {
    pieces.set(stream, [...(pieces.get(stream) ?? []), Buffer.from(data)]);
  }
  return [...pieces].map(([stream, data]) => ({ stream, data: Buffer.concat(data) }));
}
