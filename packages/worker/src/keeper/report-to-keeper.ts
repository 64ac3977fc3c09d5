/** What a kept worker tells its keeper. */
export interface KeeperMessage {
  type: "holdfast:worker";
  /** Id of the worker's row. */
  id: number;
}

/**
 * Tells the keeper, over the IPC channel, which row of `holdfast.workers` this process is, so that its death can be
 * reported at once. Does nothing in a process without a keeper.
 */
export function reportToKeeper(id: number): void {
  if (!process.connected) return;
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
