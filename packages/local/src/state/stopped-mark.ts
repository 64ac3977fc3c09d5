import { existsSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * The mark that somebody stopped Postgres on purpose (`stack.postgres.stop()`), so that its keeper lets it be. A file,
 * since a process that is attached to the stack may stop it too.
 */
export class StoppedMark {
  readonly #path: string;

  constructor(stateDir: string) {
    this.#path = join(stateDir, "postgres.stopped");
  }

  get isSet(): boolean {
    return existsSync(this.#path);
  }

  set(): void {
    writeFileSync(this.#path, "", { mode: 0o600 });
  }

  clear(): void {
    rmSync(this.#path, { force: true });
  }
}
