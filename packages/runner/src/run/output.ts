import type { OutputStore } from "../lease/output-store.ts";
import { OutputStream } from "../output/output-stream.ts";
import type { Directive } from "../output/parse-directive.ts";
import type { Redaction } from "../output/redaction.ts";
import { Sender } from "../output/sender.ts";
import type { StreamName } from "../output/spool.ts";

/** What the run wants to know about its output. */
export interface RunOutputOptions {
  readonly directory: string;
  /** `raw` for a terminal, `stdout` and `stderr` for pipes. */
  readonly names: readonly StreamName[];
  readonly redaction: Redaction;
  readonly store: OutputStore;
  readonly onDirective: (directive: Directive) => void;
  /** The spool cannot be written. */
  readonly onFailure: (error: unknown) => void;
}

/** All the output of a run: its streams, and the one sender that they share. */
export class RunOutput {
  readonly #streams = new Map<StreamName, OutputStream>();
  readonly #sender: Sender;

  constructor(options: RunOutputOptions) {
    this.#sender = new Sender(options.store);
    const listener = {
      spooled: () => this.#sender.poke(),
      directive: options.onDirective,
      failed: options.onFailure,
    };
    for (const name of options.names) {
      const stream = new OutputStream(options.directory, name, options.redaction, listener);
      this.#streams.set(name, stream);
      this.#sender.add(stream.spool);
    }
  }

  /** Takes bytes of one stream. */
  push(name: StreamName, bytes: Buffer): void {
    this.#streams.get(name)?.push(bytes);
  }

  /** Bytes spooled, by stream. */
  get bytes(): Record<string, number> {
    return Object.fromEntries([...this.#streams].map(([name, stream]) => [name, stream.spool.size]));
  }

  /** Nothing more will come: what was held back goes out too. */
  end(): void {
    for (const stream of this.#streams.values()) stream.end();
  }

  /** Resolves when the database has every byte; throws what the store threw when it gave up. */
  drain(): Promise<void> {
    return this.#sender.drain();
  }

  /** Stops sending and closes the spools. */
  close(): void {
    this.#sender.stop();
    for (const stream of this.#streams.values()) stream.spool.close();
  }
}
