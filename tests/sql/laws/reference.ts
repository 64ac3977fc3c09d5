/**
 * What the rules say, in TypeScript and without a database: small enough to read beside the design. The real SQL is driven
 * next to it and may never come to a state that this model does not allow.
 */

/** How a class decides, as every workspace starts with it. */
const CLASSES = {
  small: { quarantineAfter: 3, retrySafe: true, needsApproval: false, timeout: 300, retries: 3 },
  large: { quarantineAfter: 1, retrySafe: false, needsApproval: false, timeout: 21_600, retries: 1 },
  approval_required: { quarantineAfter: 1, retrySafe: false, needsApproval: true, timeout: 3600, retries: 0 },
} as const;
export type ClassName = keyof typeof CLASSES;

/** A job as the model knows it. `waiting`: queued or dispatched, whichever its gates say. */
export interface Job {
  id: number;
  cls: ClassName;
  queue: string;
  est: number;
  paid: boolean;
  deps: number[];
  key: string | undefined;
  state: string;
  attempt: number;
  crashes: number;
  max: number;
  alike: number;
  print: string | undefined;
  consent: string | undefined;
  granted: boolean;
  requestedBy: string;
  expiresAt: number;
  suspect: boolean;
  verdict: string;
  token: number;
  worker: number;
  startedAt: number;
  heartbeatAt: number;
  /** What its run has reported so far. */
  reported: number | undefined;
  reserved: number;
  reservedOn: number;
}

/** The arrows of the design's state machine, written down a second time. */
export const ARROWS = new Set(
  Object.entries({
    awaiting_approval: "queued canceled running quarantined",
    blocked: "queued canceled quarantined",
    queued: "blocked dispatched canceled awaiting_approval quarantined",
    dispatched: "running queued canceled",
    running: "completed retrying failed timed_out canceled quarantined awaiting_approval",
    retrying: "queued canceled running quarantined",
    quarantined: "queued canceled awaiting_approval",
    failed: "queued awaiting_approval quarantined",
    timed_out: "queued awaiting_approval quarantined",
    canceled: "queued awaiting_approval",
  }).flatMap(([from, to]) => to.split(" ").map((state) => `${from} > ${state}`)),
);

/** In which states an act on a job is allowed. */
export const FITS: Record<string, string> = {
  cancel: "awaiting_approval blocked queued dispatched running retrying",
  kill: "running",
  retry: "failed timed_out canceled retrying",
  approve: "awaiting_approval",
  reject: "awaiting_approval",
  quarantine: "awaiting_approval blocked queued dispatched retrying failed timed_out",
  release: "quarantined",
  discard: "quarantined",
};

/** How a run ended, as the model is told. */
export interface End {
  outcome: "completed" | "failed" | "timed_out" | "lost";
  print?: string;
  mayRetry?: boolean;
  proven?: boolean;
  cost?: number;
}

/** What follows a run, in the words of the design. */
export function afterRun(job: Job, end: End, now: number): void {
  const rule = CLASSES[job.cls];
  const lost = end.outcome === "lost";
  if (lost) job.crashes++;
  const alike = end.print === job.print ? job.alike + 1 : 1;
  const decide = () => {
    if (end.outcome === "completed") return "completed";
    if (job.verdict !== "keep") return "canceled";
    if (lost) {
      if (now > job.startedAt + rule.timeout) return "timed_out";
      if (job.crashes >= rule.quarantineAfter && (end.proven || rule.retrySafe)) return "quarantined";
      if (!rule.retrySafe) return "awaiting_approval";
      return end.proven ? "waiting" : "retrying";
    }
    if (end.mayRetry === false || job.attempt - job.crashes >= job.max)
      return rule.needsApproval ? "quarantined" : end.outcome;
    if (alike >= Math.max(rule.quarantineAfter, 2)) return "quarantined";
    return rule.retrySafe ? "retrying" : "awaiting_approval";
  };
  const next = decide();
  job.alike = end.outcome === "completed" || lost ? 0 : alike;
  job.print = end.outcome === "completed" ? undefined : end.print;
  job.suspect = lost && (next === "waiting" || next === "retrying") && job.crashes >= rule.quarantineAfter - 1;
  if (next !== "retrying" && next !== "waiting") job.consent = undefined;
  if (next === "awaiting_approval") ask(job, "retry", "ann", now);
  else job.state = next;
}

/** A job begins to wait for consent. */
export function ask(job: Job, purpose: string, by: string, now: number): void {
  Object.assign(job, {
    state: "awaiting_approval",
    consent: purpose,
    granted: false,
    requestedBy: by,
    expiresAt: now + 86_400,
  });
}

/** A new job. `ready`: every job it depends on has completed. */
export function begin(job: Job, ready: boolean, now: number): void {
  if (CLASSES[job.cls].needsApproval) ask(job, "first_run", "ann", now);
  else job.state = ready ? "waiting" : "blocked";
}

/** The default of max_attempts. */
export const attemptsOf = (cls: ClassName): number => CLASSES[cls].retries + 1;

/** A person's act on a job that fits its state and that they may do. Returns the rule that refuses it, if one does. */
export function act(job: Job, verb: string, by: string, now: number): string | undefined {
  const rule = CLASSES[job.cls];
  const again = (asking: boolean) => {
    if (asking) return ask(job, job.attempt === 0 ? "first_run" : "retry", by, now);
    job.state = "waiting";
    job.suspect = false;
    job.max = Math.max(job.max, job.attempt - job.crashes + 1);
  };
  if (verb === "approve" || verb === "reject") {
    if (job.expiresAt <= now) return "approval_expired";
    if (job.requestedBy === by) return "own_request";
    if (verb === "reject") job.state = "canceled";
    else {
      again(false);
      job.granted = true;
    }
  } else if (verb === "cancel" && job.state === "running") job.verdict = job.verdict === "kill" ? "kill" : "cancel";
  else if (verb === "kill") job.verdict = "kill";
  else if (verb === "cancel" || verb === "discard") job.state = "canceled";
  else if (verb === "quarantine") job.state = "quarantined";
  else if (verb === "retry")
    again(job.state !== "retrying" && (rule.needsApproval || (!rule.retrySafe && job.attempt > 0)));
  else if (verb === "release") {
    Object.assign(job, { crashes: 0, alike: 0, max: Math.max(job.max, job.attempt + 1) });
    again(rule.needsApproval);
  }
  return undefined;
}
