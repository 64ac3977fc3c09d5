/** Colour of each state, outcome or severity: for seeing at a glance, never the only sign. */
const TONES: Record<string, string> = {
  completed: "ok",
  granted: "ok",
  sent: "ok",
  fired: "ok",
  released: "ok",
  active: "ok",
  closed: "ok",
  live: "ok",
  running: "info",
  dispatched: "info",
  pending: "info",
  late: "info",
  redriven: "info",
  spent: "info",
  queued: "quiet",
  blocked: "quiet",
  canceled: "quiet",
  discarded: "quiet",
  dismissed: "quiet",
  superseded: "quiet",
  skipped: "quiet",
  low: "quiet",
  disabled: "quiet",
  retrying: "warn",
  awaiting_approval: "warn",
  paused: "warn",
  expired: "warn",
  medium: "warn",
  stopped: "warn",
  draining: "warn",
  open: "warn",
  failed: "bad",
  timed_out: "bad",
  quarantined: "bad",
  lost: "bad",
  missed: "bad",
  rejected: "bad",
  high: "bad",
  critical: "bad",
  engaged: "bad",
  now: "bad",
  soon: "warn",
  when_you_can: "quiet",
};

/** A state, outcome or severity as the database names it. */
export function State({ state, title }: { state: string | null | undefined; title?: string | undefined }) {
  if (!state) return <span className="dim">–</span>;
  return (
    <span className={`hf-badge hf-tone-${TONES[state] ?? "quiet"}`} title={title} data-state={state}>
      <span className="hf-dot" aria-hidden />
      {state.replaceAll("_", " ")}
    </span>
  );
}
