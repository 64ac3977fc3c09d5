import { closeSync, openSync, read, writeSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const readFile = promisify(read);

/** Name of a stream of output: a pty has `raw`, pipes have `stdout` and `stderr`. */
export type StreamName = "stdout" | "stderr" | "raw";

/**
 * The file that holds exactly the bytes of one stream that are to be stored: `<stream>.log` in the run directory.
 *
 * Everything is written here first and read back from here for the database, so a database that is away costs disk, not
 * memory. Writes are synchronous: while they go on nothing more is read from the command, which is all the back
 * pressure there is. They are not synced: what survives a crash of the machine no longer has a runner to send it.
 */
export class Spool {
  readonly stream: StreamName;
  readonly path: string;
  readonly #file: number;
  #size = 0;
  /** What the database has acknowledged. */
  acknowledged = 0;

  constructor(directory: string, stream: StreamName) {
    this.stream = stream;
    this.path = join(directory, `${stream}.log`);
    this.#file = openSync(this.path, "wx+", 0o600);
  }

  get size(): number {
    return this.#size;
  }

  get pending(): number {
    return this.#size - this.acknowledged;
  }

  /** Appends bytes. When it throws (a full disk), the bytes written before remain and count. */
  append(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) {
      const written = writeSync(this.#file, bytes, at, bytes.length - at, this.#size);
      at += written;
      this.#size += written;
    }
  }

  /** Reads back at most `into.length` bytes that are not acknowledged yet. */
  async readPending(into: Buffer): Promise<Buffer> {
    const length = Math.min(into.length, this.pending);
    const { bytesRead } = await readFile(this.#file, into, 0, length, this.acknowledged);
    return into.subarray(0, bytesRead);
  }

  close(): void {
    closeSync(this.#file);
  }
}
