/** A row of `holdfast.stop_overview`. */
export interface Stop {
  stop_id: number;
  scope: string;
  name: string | null;
  what: string[];
  kill_running: boolean;
  reason: string;
  engaged_by_name: string;
  engaged_at: string;
  budget_id: number | null;
  released_by_name: string | null;
  released_at: string | null;
  released_reason: string | null;
  held: number;
  workers: number;
  acknowledged: number;
  silent: number;
  seconds_to_acknowledge: number | null;
  ordered: number;
  still_running: number;
  seconds_to_quiet: number | null;
  label: string;
  may_release: boolean;
  why_not: string | null;
}

/** A row of `holdfast.stop_report`: what one worker made of a stop. */
export interface Heard {
  stop_id: number;
  worker_id: number;
  worker: string | null;
  acknowledged_at: string | null;
  seconds_to_acknowledge: number | null;
  runs: number;
  still_running: number;
  seconds_to_quiet: number | null;
  label: string;
}

const WHAT: Record<string, string> = {
  workers: "all work",
  paid: "paid work",
  external: "work that contacts the outside",
};

/** What a stop covers, in words: `all work of lane agent`. */
export function covers({ scope, name, what }: Pick<Stop, "scope" | "name" | "what">): string {
  const of =
    scope === "global" ? "the whole installation" : scope === "workspace" ? "this workspace" : `${scope} ${name}`;
  return `${what.map((each) => WHAT[each] ?? each).join(" and ")} of ${of}`;
}
