import type { TerminalStream } from "../terminal/live-line.ts";
import { SafeOutput } from "../terminal/safe-output.ts";
import type { OutputPiece } from "./output-reader.ts";

/**
 * Where a run's output goes: `raw` and `stdout` to stdout, `stderr` to stderr. Byte for byte when the stream is not a
 * terminal or `raw` is asked for; made safe to look at when it is one.
 */
export class OutputSink {
  readonly #targets: Record<"stdout" | "stderr", { stream: TerminalStream; safe: SafeOutput | undefined }>;
  /** True when the last thing written ended a line, so a progress line may be drawn below it. */
  atLineStart = true;

  constructor(stdout: TerminalStream, stderr: TerminalStream, raw: boolean) {
    const target = (stream: TerminalStream) => ({
      stream,
      safe: stream.isTTY && !raw ? new SafeOutput() : undefined,
    });
    this.#targets = { stdout: target(stdout), stderr: target(stderr) };
  }

  /** Writes one piece and waits when the reader behind the stream is slow. */
  async write(piece: OutputPiece): Promise<void> {
    const { stream, safe } = this.#targets[piece.stream === "stderr" ? "stderr" : "stdout"];
    const shown = safe ? safe.write(piece.data) : piece.data;
    if (shown.length === 0) return;
    this.atLineStart = typeof shown === "string" ? shown.endsWith("\n") : shown.at(-1) === 0x0a;
    await written(stream, shown);
  }

  /** Writes what was held back, and ends any colour. */
  async end(): Promise<void> {
    for (const { stream, safe } of Object.values(this.#targets)) {
      const rest = safe?.end();
      if (rest) await written(stream, rest);
    }
  }
}

function written(stream: TerminalStream, data: string | Uint8Array): Promise<void> {
  const drain = (stream as { once?: (event: "drain", listener: () => void) => void }).once;
  if (stream.write(data) !== false || drain === undefined) return Promise.resolve();
  return new Promise((resolve) => drain.call(stream, "drain", resolve));
}
