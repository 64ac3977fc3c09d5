/** A filter as it is measured. */
export interface Case {
  what: string;
  filter: Record<string, unknown>;
  order?: string;
}

const DAY = 86_400_000;
const daysAgo = (days: number) => new Date(Date.now() - days * DAY).toISOString();

/**
 * Every filter of the history: with a value that most jobs have, with a rare one, and with one that matches nothing,
 * as tests/scale/seed-million.sql spreads them.
 *
 * @param known values that only the database knows: a job's id, a fingerprint that is common and one that is rare
 */
export function cases(known: { job: number; common: string; rare: string; person: string; idle: string }): Case[] {
  const one = (field: string, ...values: [is: string, value: unknown][]): Case[] =>
    values.map(([is, value]) => ({ what: `${field}: ${is}`, filter: { [field]: value } }));
  return [
    { what: "no filter", filter: {} },
    { what: "no filter", filter: {}, order: "oldest" },
    { what: "no filter", filter: {}, order: "finished" },
    ...one("job", ["one", known.job], ["none", 9e12]),
    ...one("state", ["common", "completed"], ["rare", "quarantined"], ["none", "blocked"]),
    ...one(
      "state",
      ["two", ["failed", "timed_out"]],
      ["all that wait", ["queued", "blocked", "retrying", "dispatched"]],
    ),
    ...one("trigger", ["common", "api"], ["some", "schedule"], ["rare", "retry"], ["none", "webhook"]),
    ...one("kind", ["common", "task_01"], ["rare", "report_agent"], ["old", "legacy_import"], ["none", "never_used"]),
    ...one("kind", ["three", ["task_20", "task_30", "legacy_import"]]),
    ...one("profile", ["some", "review_agent"], ["rare", "report_agent"], ["none", "nobody"]),
    ...one("schedule", ["some", "cost_summary"], ["none", "nobody"]),
    ...one("queue", ["common", "primary"], ["some", "report"], ["rare", "alert"], ["none", "nobody"]),
    ...one("lane", ["common", "default"], ["some", "build"], ["rare", "recovery"], ["none", "agent"]),
    ...one("class", ["common", "small"], ["some", "medium"], ["rare", "approval_required"], ["none", "nobody"]),
    ...one("venture", ["some", "venture_1"], ["none", "venture_8"]),
    ...one("fingerprint", ["common", known.common], ["rare", known.rare], ["none", "0000000000000000"]),
    ...one("error_class", ["common", "exit_code"], ["rare", "test"], ["none", "nobody"]),
    ...one("worker", ["common", "seed-1"], ["rare", "seed-rare"], ["none", "seed-idle"], ["unknown", "nobody"]),
    ...one("created_by", ["common", "service_role"], ["a person", known.person], ["an idle one", known.idle]),
    ...one("after", ["an hour", daysAgo(1 / 24)], ["a month", daysAgo(30)], ["none", daysAgo(-1)]),
    ...one("before", ["a month", daysAgo(30)], ["none", daysAgo(400)]),
    ...one("label", ["common", { env: "production" }], ["rare", { customer: "c-17" }], ["old", { era: "first" }]),
    ...one("label", ["none", { env: "nowhere" }]),
    ...one("text", ["common", "invoice"], ["some", "invoice 00"], ["rare", "zebra"], ["none", "nothing like it"]),
    ...one("text", ["an id", String(known.job)], ["a label", "production"], ["a pair", "customer=c-17"]),
    { what: "state + kind", filter: { state: "failed", kind: "task_05" } },
    { what: "state + queue + after", filter: { state: ["failed", "timed_out"], queue: "report", after: daysAgo(7) } },
    { what: "state: failed", filter: { state: ["failed", "timed_out"] }, order: "finished" },
    { what: "kind: old", filter: { kind: "legacy_import" }, order: "finished" },
    { what: "kind: rare", filter: { kind: "report_agent" }, order: "oldest" },
    { what: "state: rare", filter: { state: "quarantined" }, order: "longest" },
    { what: "profile: some", filter: { profile: "review_agent" }, order: "costliest" },
    { what: "venture + day", filter: { venture: "venture_1", after: daysAgo(3) }, order: "memory" },
  ];
}
