/** What a kept worker tells its keeper. */
export interface KeeperMessage {
  type: "holdfast:worker";
  /** Id of the worker's row. */
  id: number;
}

// Other programs fork processes as well, and need not understand what we would tell them.
const KEEPER_PID = "HOLDFAST_KEEPER_PID";

/** What a keeper adds to the environment of its worker, so that the worker knows its parent for a keeper. */
export function keeperVariables(): Record<string, string> {
  return { [KEEPER_PID]: String(process.pid) };
}

/**
 * Tells the keeper, over the IPC channel, which row of `holdfast.workers` this process is, so that its death can be
 * reported at once. Does nothing in a process whose parent is no keeper.
 */
export function reportToKeeper(id: number): void {
  if (!process.connected || process.env[KEEPER_PID] !== String(process.ppid)) return;
  const message: KeeperMessage = { type: "holdfast:worker", id };
  process.send?.(message);
}

/**
 * Calls back when the keeper is gone, so that the next keeper does not find a second worker. Never in a process that had
 * no keeper.
 */
export function onKeeperGone(callback: () => void): void {
  if (process.send === undefined) return;
  process.on("disconnect", callback);
  // It may have gone while this process was still loading its modules; the event is not repeated.
  if (!process.connected) callback();
}

/** Whether an IPC message is a {@link KeeperMessage}. */
export function isKeeperMessage(message: unknown): message is KeeperMessage {
  const { type, id } = (message ?? {}) as Partial<KeeperMessage>;
  return type === "holdfast:worker" && typeof id === "number";
}
