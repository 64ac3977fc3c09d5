import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { identifySelf, isAlive, type ProcessIdentity } from "../process/identity.ts";

/**
 * The right to run the stack of one state folder. Held by one process at a time; a holder that died without letting go
 * is recognised by pid and start time.
 */
export class StateLock implements Disposable {
  readonly #path: string;
  readonly #self: ProcessIdentity;

  private constructor(path: string, self: ProcessIdentity) {
    this.#path = path;
    this.#self = self;
  }

  /** Takes the lock, or returns the live process that holds it. */
  static take(stateDir: string): StateLock | ProcessIdentity {
    const path = join(stateDir, "stack.lock");
    const self = identifySelf();
    const draft = `${path}.${self.pid}`;
    writeFileSync(draft, JSON.stringify(self), { mode: 0o600 });
    try {
      for (;;) {
        try {
          // A link appears whole or not at all, and only where nothing is yet.
          linkSync(draft, path);
          return new StateLock(path, self);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
        }
        const holder = read(path);
        if (holder && isAlive(holder)) return holder;
        rmSync(path, { force: true });
      }
    } finally {
      rmSync(draft, { force: true });
    }
  }

  [Symbol.dispose](): void {
    const holder = read(this.#path);
    if (holder?.pid === this.#self.pid && holder.startTime === this.#self.startTime) rmSync(this.#path);
  }
}

function read(path: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as ProcessIdentity;
  } catch {
    return undefined;
  }
}
