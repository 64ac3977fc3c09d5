import { DirectiveScanner } from "./directive-scanner.ts";
import type { Directive } from "./parse-directive.ts";
import type { Redaction } from "./redaction.ts";
import type { Redactor } from "./redactor.ts";
import { Spool, type StreamName } from "./spool.ts";

/** What an output stream reports while bytes pass through it. */
export interface OutputListener {
  /** Bytes were appended to the spool. */
  spooled(spool: Spool): void;
  directive(directive: Directive): void;
  /** The spool cannot be written; the rest of the stream is dropped. */
  failed(error: unknown): void;
}

/** The path of one stream's bytes: redacted, spooled, searched for directives. */
export class OutputStream {
  readonly spool: Spool;
  readonly #redactor: Redactor;
  readonly #scanner: DirectiveScanner | null;
  readonly #listener: OutputListener;
  #broken = false;

  constructor(directory: string, stream: StreamName, redaction: Redaction, listener: OutputListener) {
    this.spool = new Spool(directory, stream);
    this.#redactor = redaction.stream();
    // Directives are what a command says on its output; what it says on stderr is for people.
    this.#scanner = stream === "stderr" ? null : new DirectiveScanner((directive) => listener.directive(directive));
    this.#listener = listener;
  }

  /** Takes the next bytes of the command; the memory may be used again afterwards. */
  push(chunk: Buffer): void {
    this.#store(this.#redactor.push(chunk));
  }

  /** The stream is over. */
  end(): void {
    this.#store(this.#redactor.end());
    this.#scanner?.end();
  }

  #store(bytes: Buffer): void {
    if (this.#broken || bytes.length === 0) return;
    try {
      this.spool.append(bytes);
    } catch (error) {
      this.#broken = true;
      this.#listener.failed(error);
    }
    this.#listener.spooled(this.spool);
    this.#scanner?.push(bytes);
  }
}
