/**
 * Who may do what to each table and view, as four letters: select, insert, update, delete.
 *
 * `A` on every row, `O` on rows of the own workspace, `S` on rows about oneself, `N` allowed but finds nothing,
 * `R` refused by policy or rule, `-` no right at all. A small letter: of some columns only. A table without a line here fails the test.
 */
export const EXPECTED = `
                                anon stra view oper appr admi serv work
  holdfast.actions              ---- NR-- OR-- OO-- OO-- OO-- AA-- ----
  holdfast.alert_channels       ---- N--- O--- O--- O--- O--- A--- ----
  holdfast.alerts               ---- N--- O--- O--- O--- O--- A--- ----
  holdfast.allowed_actions      ---- N--- N--- O--- O--- O--- N--- ----
  holdfast.approval_decisions   ---- NR-- OR-- OR-- OO-- OO-- A--- ----
  holdfast.approval_overview    ---- N--- O--- O--- O--- O--- A--- ----
  holdfast.approvals            ---- N--- O--- O--- O--- O--- A--- ----
  holdfast.budget_overview      ---- N--- O--- O--- O--- O--- A--- ----
  holdfast.budget_periods       ---- N--- O--- O--- O--- O--- A--- ----
  holdfast.budgets              ---- NR-- OR-- OR-- OR-- OO-- AA-- ----
  holdfast.choices              ---- N--- O--- O--- O--- O--- A--- ----
  holdfast.command_rules        ---- NR-- OR-- OR-- OR-- OO-- AA-- ----
  holdfast.cost_entries         ---- N--- O--- O--- O--- O--- A--- ----
  holdfast.dead_letter_groups   ---- N--- O--- O--- O--- O--- A--- ----
  holdfast.dead_letters         ---- N--- O--- O--- O--- O--- A--- ----
  holdfast.duties               ---- N--- A--- A--- A--- A--- A--- ----
  holdfast.emergency_stops      ---- N--- O--- O--- O--- O--- A--- ----
  holdfast.events               ---- N--- O--- O--- O--- O--- A--- ----
  holdfast.incident_overview    ---- N--- O--- O--- O--- O--- A--- ----
  holdfast.incident_rules       ---- A--- A--- A--- A--- A--- A--- ----
  holdfast.incident_steps       ---- N--- O--- O--- O--- O--- A--- ----
  holdfast.incidents            ---- N--- O--- O--- O--- O--- A--- ----
  holdfast.installation         ---- N--- A--- A--- A--- A--- A--- ----
  holdfast.job_classes          ---- NR-- OR-- OR-- OR-- OO-- AA-- ----
  holdfast.job_dependencies     ---- NR-- OR-- OO-- OO-- OO-- AA-- ----
  holdfast.job_history          ---- N--- O--- O--- O--- O--- A--- ----
  holdfast.job_labels           ---- N--- O--- O--- O--- O--- A--- ----
  holdfast.job_states           ---- A--- A--- A--- A--- A--- A--- ----
  holdfast.job_transitions      ---- A--- A--- A--- A--- A--- A--- ----
  holdfast.jobs                 ---- NR-- OR-- OO-- OO-- OO-- AA-- ----
  holdfast.kinds                ---- NR-- OR-- OR-- OR-- OO-- AA-- ----
  holdfast.labels               ---- A--- A--- A--- A--- A--- A--- ----
  holdfast.lane_overview        ---- N--- O--- O--- O--- O--- A--- ----
  holdfast.lanes                ---- NR-- OR-- OR-- OR-- OO-- AA-- ----
  holdfast.leaders              ---- N--- A--- A--- A--- A--- A--- ----
  holdfast.lease_overview       ---- N--- O--- O--- O--- O--- A--- ----
  holdfast.leases               ---- N--- O--- O--- O--- O--- A--- ----
  holdfast.ledger_status        ---- N--- O--- O--- O--- O--- A--- ----
  holdfast.members              ---- N--- S--- S--- S--- S--- AAAA ----
  holdfast.my_powers            ---- N--- N--- O--- O--- O--- N--- ----
  holdfast.my_workspaces        ---- N--- O--- O--- O--- O--- N--- ----
  holdfast.next_up              ---- N--- O--- O--- O--- O--- A--- ----
  holdfast.output_rules         ---- NR-- OR-- OR-- OR-- OO-- AA-- ----
  holdfast.people               ---- N--- O--- O--- O--- O--- A-A- ----
  holdfast.profile_overview     ---- N--- O--- O--- O--- O--- A--- ----
  holdfast.profiles             ---- NR-- OR-- OR-- OR-- OO-- AA-- ----
  holdfast.quarantine           ---- N--- O--- O--- O--- O--- A--- ----
  holdfast.quarantine_overview  ---- N--- O--- O--- O--- O--- A--- ----
  holdfast.queue_overview       ---- N--- O--- O--- O--- O--- A--- ----
  holdfast.queues               ---- NR-- OR-- OR-- OR-- OO-- AA-- ----
  holdfast.recent_failures      ---- N--- O--- O--- O--- O--- A--- ----
  holdfast.recent_retries       ---- N--- O--- O--- O--- O--- A--- ----
  holdfast.recommended_actions  ---- N--- O--- O--- O--- O--- A--- ----
  holdfast.refusals             ---- NR-- OO-- OO-- OO-- OO-- AA-- ----
  holdfast.roles                ---- A--- A--- A--- A--- A--- A--- ----
  holdfast.run_output           ---- N--- O--- O--- O--- O--- A--- ----
  holdfast.runbook_steps        ---- A--- A--- A--- A--- A--- A--- ----
  holdfast.runs                 ---- N--- O--- O--- O--- O--- A--- ----
  holdfast.runtime_labels       ---- N--- O--- O--- O--- O--- A--- ----
  holdfast.saved_views          ---- NR-N SO-S SO-S SO-S SO-S A--- ----
  holdfast.schedule_overview    ---- N--- O--- O--- O--- O--- A--- ----
  holdfast.schedule_windows     ---- N--- O--- O--- O--- O--- A--- ----
  holdfast.schedules            ---- NR-- OR-- OR-- OR-- OO-- AA-- ----
  holdfast.shell                ---- N--- O--- O--- O--- O--- A--- ----
  holdfast.spend                ---- N--- O--- O--- O--- O--- A--- ----
  holdfast.status_now           ---- N--- O--- O--- O--- O--- A--- ----
  holdfast.stop_acknowledgements ---- N--- A--- A--- A--- A--- A--- ----
  holdfast.stop_overview        ---- N--- O--- O--- O--- O--- A--- ----
  holdfast.stop_report          ---- N--- O--- O--- O--- O--- A--- ----
  holdfast.stopped_runs         ---- N--- O--- O--- O--- O--- A--- ----
  holdfast.stuck_jobs           ---- N--- O--- O--- O--- O--- A--- ----
  holdfast.subject_actions      ---- N--- N--- O--- O--- O--- N--- ----
  holdfast.ventures             ---- NR-- OR-- OR-- OR-- OO-- AAA- ----
  holdfast.verb_states          ---- A--- A--- A--- A--- A--- A--- ----
  holdfast.verbs                ---- A--- A--- A--- A--- A--- A--- ----
  holdfast.worker_overview      ---- N--- A--- A--- A--- A--- A--- ----
  holdfast.workers              ---- N--- A--- A--- A--- A--- A--- ----
  holdfast.workspaces           ---- N--- O--- O--- O--- O--- AAA- ----
  holdfast_ledger.dropped_days  ---- N--- A--- A--- A--- A--- A--- ----
  holdfast_ledger.events        ---- N--- O--- O--- O--- O--- A--- ----
  holdfast_ledger.seals         ---- N--- a--- a--- a--- a--- A--- ----
`;

/** Everybody who tries, in the order of the columns. */
export const PERSONAS = [
  "anon",
  "stranger",
  "viewer",
  "operator",
  "approver",
  "admin",
  "service_role",
  "holdfast_worker",
] as const;

/** Who tries. */
export type Persona = (typeof PERSONAS)[number];

/** Table -> persona -> four letters. */
export function expectedCells(): Map<string, Record<Persona, string>> {
  const lines = EXPECTED.trim().split("\n").slice(1);
  return new Map(
    lines.map((line) => {
      const [table = "", ...cells] = line.trim().split(/\s+/);
      return [
        table,
        Object.fromEntries(PERSONAS.map((persona, i) => [persona, cells[i] ?? "?"])) as Record<Persona, string>,
      ];
    }),
  );
}

/** The same table, drawn from what was found. */
export function draw(found: Map<string, Record<Persona, string>>): string {
  const head = `${" ".repeat(33)}${PERSONAS.map((persona) => persona.replace("holdfast_", "").slice(0, 4)).join(" ")}`;
  const rows = [...found].map(
    ([table, cells]) => `  ${table.padEnd(31)}${PERSONAS.map((persona) => cells[persona]).join(" ")}`,
  );
  return [head, ...rows].join("\n");
}
