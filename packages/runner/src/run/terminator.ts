import { setTimeout as delay } from "node:timers/promises";
import type { ProcessTree } from "../process/process-tree.ts";

// How long what a command left behind may take to end itself, once the command is gone.
const leftBehindMilliseconds = 2_000;
const lookEveryMilliseconds = 20;

/** Ends a command with everything it started. */
export class Terminator {
  readonly #tree: ProcessTree;
  readonly #graceMilliseconds: number;
  #timer: NodeJS.Timeout | null = null;
  #asked = false;
  #killed = false;

  constructor(tree: ProcessTree, graceSeconds: number) {
    this.#tree = tree;
    this.#graceMilliseconds = graceSeconds * 1000;
  }

  /** SIGTERM to every process now, SIGKILL when the grace is over. A second call changes nothing. */
  askToEnd(): void {
    if (this.#asked) return;
    this.#asked = true;
    this.#askAll();
    this.#timer = setTimeout(() => this.kill(), this.#graceMilliseconds);
  }

  /** SIGKILL to every process at once. */
  kill(): void {
    this.#asked = true;
    this.#killed = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#tree.kill();
  }

  /** After the command itself has ended: ends what it left behind. Returns how many processes that were. */
  async clearLeftBehind(): Promise<number> {
    if (this.#timer) clearTimeout(this.#timer);
    const left = this.#tree.members().length;
    if (left === 0) return 0;
    if (!this.#killed) {
      this.#askAll();
      const until = performance.now() + leftBehindMilliseconds;
      while (!this.#killed && performance.now() < until && this.#tree.members().length > 0) {
        await delay(lookEveryMilliseconds);
      }
    }
    this.#tree.kill();
    return left;
  }

  // A stopped process does not see SIGTERM before it is continued.
  #askAll(): void {
    this.#tree.signal("SIGTERM");
    this.#tree.signal("SIGCONT");
  }
}
