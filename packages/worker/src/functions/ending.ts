/** Why a function run was told to end before it had. */
export type Ending = "cancel" | "kill" | "stop" | "lost" | "timeout" | "shutdown";

const SENTENCES: Record<Ending, string> = {
  cancel: "the job was canceled",
  kill: "the job was killed",
  stop: "an emergency stop ended the job",
  lost: "the run lost its lease: somebody else owns the job now",
  timeout: "the run exceeded its timeout",
  shutdown: "the worker is shutting down",
};

/** The reason of an aborted `ctx.signal`. */
export class RunAborted extends Error {
  override readonly name = "AbortError";
  readonly verdict: Ending;

  constructor(verdict: Ending) {
    super(SENTENCES[verdict]);
    this.verdict = verdict;
  }
}
