import { AsyncLocalStorage } from "node:async_hooks";
import type { Logger } from "pino";

const current = new AsyncLocalStorage<Logger>();
let installed = false;

/**
 * Runs `work` with what it prints through `console` sent to the log instead.
 *
 * Lite prints every error that a request ends with, also the ordinary refusals that are its answer: in the terminal of
 * a person who runs `npm start`, or in the output of a test, that is noise that hides real errors.
 */
export function withQuietConsole<T>(log: Logger, work: () => Promise<T>): Promise<T> {
  install();
  return current.run(log, work);
}

function install(): void {
  if (installed) return;
  installed = true;
  for (const method of ["error", "warn", "info", "log"] as const) {
    const print = console[method].bind(console);
    console[method] = (...parts: unknown[]) => {
      const log = current.getStore();
      if (log) log.debug({ printed: parts.map(describe) }, "the Data API printed");
      else print(...parts);
    };
  }
}

function describe(part: unknown): unknown {
  return part instanceof Error ? `${part.name}: ${part.message}` : part;
}
