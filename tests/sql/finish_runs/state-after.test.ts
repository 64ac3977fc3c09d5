import { createTestDatabase } from "@holdfast/testing";
import { afterAll, expect, test } from "vitest";

const db = await createTestDatabase();
afterAll(() => db.drop());

/** Arguments of `holdfast_private.state_after`; what a row of the table below does not say is this. */
const USUAL = {
  outcome: "failed",
  verdict: "keep",
  mayRetry: true,
  proven: true,
  late: false,
  attempt: 1,
  crashes: 0,
  max: 3,
  quarantine: 2,
  safe: true,
  alike: 1,
  needsApproval: false,
};
type Case = Partial<typeof USUAL>;

const TABLE: [what: string, args: Case, next: string][] = [
  ["completed", { outcome: "completed" }, "completed"],
  ["completed although asked to end", { outcome: "completed", verdict: "cancel" }, "completed"],
  ["asked to cancel, then failed", { verdict: "cancel" }, "canceled"],
  ["asked to kill, then failed", { verdict: "kill" }, "canceled"],
  ["asked to stop, then timed out", { outcome: "timed_out", verdict: "stop" }, "canceled"],
  ["asked to cancel, then lost", { outcome: "lost", verdict: "cancel", crashes: 1 }, "canceled"],
  ["ended as canceled", { outcome: "canceled" }, "canceled"],
  ["ended as stopped", { outcome: "stopped" }, "canceled"],
  ["lost past its timeout window", { outcome: "lost", late: true, crashes: 1 }, "timed_out"],
  ["lost past its window, and too often", { outcome: "lost", late: true, crashes: 2 }, "timed_out"],
  ["lost, proven, too often", { outcome: "lost", crashes: 2 }, "quarantined"],
  ["lost, proven, too often, not retry-safe", { outcome: "lost", crashes: 2, safe: false }, "quarantined"],
  ["lost, silent, retry-safe, too often", { outcome: "lost", proven: false, crashes: 2 }, "quarantined"],
  [
    "lost, silent, not retry-safe, too often",
    { outcome: "lost", proven: false, crashes: 2, safe: false },
    "awaiting_approval",
  ],
  ["lost, proven, retry-safe", { outcome: "lost", crashes: 1 }, "retrying"],
  ["lost, silent, retry-safe", { outcome: "lost", proven: false, crashes: 1 }, "retrying"],
  ["lost, proven, not retry-safe", { outcome: "lost", crashes: 1, safe: false }, "awaiting_approval"],
  ["lost, silent, not retry-safe", { outcome: "lost", proven: false, crashes: 1, safe: false }, "awaiting_approval"],
  [
    "lost, out of attempts: being killed is not failing",
    { outcome: "lost", attempt: 9, crashes: 1, quarantine: 9 },
    "retrying",
  ],
  ["failed, final", { mayRetry: false }, "failed"],
  ["timed out, final", { outcome: "timed_out", mayRetry: false }, "timed_out"],
  ["failed, out of attempts", { attempt: 3 }, "failed"],
  ["timed out, out of attempts", { outcome: "timed_out", attempt: 3 }, "timed_out"],
  ["failed, attempts lost to crashes do not count", { attempt: 3, crashes: 1 }, "retrying"],
  ["failed, retry-safe", {}, "retrying"],
  ["timed out, retry-safe", { outcome: "timed_out" }, "retrying"],
  ["failed, not retry-safe", { safe: false }, "awaiting_approval"],
  ["timed out, not retry-safe", { outcome: "timed_out", safe: false }, "awaiting_approval"],
  ["failed, not retry-safe, out of attempts", { safe: false, attempt: 3 }, "failed"],
  ["failed alike, not often enough", { quarantine: 3, alike: 2 }, "retrying"],
  ["failed alike, as often as the class bears", { max: 9, quarantine: 3, alike: 3, attempt: 3 }, "quarantined"],
  ["timed out alike, too often", { outcome: "timed_out", max: 9, alike: 2, attempt: 2 }, "quarantined"],
  ["failed alike, too often, not retry-safe", { max: 9, alike: 2, attempt: 2, safe: false }, "quarantined"],
  ["failed once, where one is enough: one failure is alike to none", { quarantine: 1, alike: 1 }, "retrying"],
  ["failed twice alike, where one is enough", { max: 9, quarantine: 1, alike: 2, attempt: 2 }, "quarantined"],
  ["failed alike, and out of attempts: the end comes first", { alike: 3, attempt: 3 }, "failed"],
  ["failed alike, and final", { alike: 3, mayRetry: false }, "failed"],
  ["failed alike, and asked to cancel", { alike: 3, verdict: "cancel" }, "canceled"],
  ["completed after failing alike", { outcome: "completed", alike: 3 }, "completed"],
  ["failed, consented to, final", { mayRetry: false, needsApproval: true }, "quarantined"],
  ["failed, consented to, out of attempts", { attempt: 3, needsApproval: true }, "quarantined"],
  [
    "timed out, consented to, out of attempts",
    { outcome: "timed_out", attempt: 3, needsApproval: true },
    "quarantined",
  ],
  ["failed, consented to, attempts left, retry-safe", { needsApproval: true }, "retrying"],
  ["failed, consented to, attempts left, not retry-safe", { needsApproval: true, safe: false }, "awaiting_approval"],
  ["completed, consented to", { outcome: "completed", needsApproval: true }, "completed"],
  ["canceled, consented to", { outcome: "canceled", needsApproval: true }, "canceled"],
  ["lost past its window, consented to", { outcome: "lost", late: true, crashes: 1, needsApproval: true }, "timed_out"],
];

test.each(TABLE)("a run that %s leaves its job as it should be", async (_what, args, next) => {
  const c = { ...USUAL, ...args };
  const { rows } = await db
    .pool()
    .query("select holdfast_private.state_after($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) as state", [
      ...[c.outcome, c.verdict, c.mayRetry, c.proven, c.late],
      ...[c.attempt, c.crashes, c.max, c.quarantine, c.safe, c.alike, c.needsApproval],
    ]);
  expect(rows[0].state).toBe(next);
});

test.each([
  ["exponential", 1, 10],
  ["exponential", 3, 40],
  ["exponential", 60, 3600],
  ["linear", 3, 30],
  ["linear", 100_000, 3600],
  ["none", 5, 0],
])("a %s backoff before retry %i is anywhere between nothing and %i seconds", async (kind, failures, bound) => {
  const { rows } = await db
    .pool()
    .query(
      "select min(s) as least, max(s) as most, count(distinct s) as kinds from (select extract(epoch from holdfast_private.backoff($1, 10, 3600, $2)) as s from generate_series(1, 500)) b",
      [kind, failures],
    );
  const { least, most, kinds } = rows[0];
  expect(least).toBeGreaterThanOrEqual(0);
  expect(most).toBeLessThanOrEqual(bound);
  if (bound === 0) return;
  // Full jitter: five hundred draws reach into the lowest and the highest tenth.
  expect(least).toBeLessThan(bound / 10);
  expect(most).toBeGreaterThan(bound * 0.9);
  expect(kinds).toBeGreaterThan(400);
});
