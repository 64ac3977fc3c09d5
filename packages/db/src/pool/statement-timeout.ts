/**
 * How long the server may work on a statement whose answer we await for `queryTimeout` milliseconds: a tenth less, at most
 * a second. A client that drops its connection is not noticed by a backend that waits for a lock; without this each of
 * our repeats would leave one more of them behind.
 */
export function statementTimeoutFor(queryTimeout: number): number {
  return Math.max(1, Math.floor(queryTimeout - Math.min(1_000, queryTimeout / 10)));
}
