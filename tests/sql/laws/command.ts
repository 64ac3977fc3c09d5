import type { ClassName } from "./reference.ts";

/** What a sequence is made of. `nth` picks among what fits, as a remainder. */
export type Command =
  | {
      do: "enqueue";
      cls: ClassName;
      queue: string;
      est: number | null;
      deps: number[];
      key: boolean;
      later: boolean;
      max: number | null;
      once: boolean;
    }
  | { do: "take"; nth: number }
  | {
      do: "finish";
      nth: number;
      outcome: "completed" | "failed" | "timed_out";
      print: string;
      cost: number | null;
      mayRetry: boolean;
      stale: boolean;
    }
  | { do: "lose"; nth: number }
  | { do: "worker dies" }
  | { do: "beat"; nth: number; cost: number }
  | { do: "act"; nth: number; verb: string; by: "ann" | "bob" }
  | { do: "gate"; verb: "pause" | "resume"; queue: string }
  | { do: "limit"; what: "max_running" | "max_per_hour"; value: number | null }
  | { do: "stop"; what: "workers" | "paid"; kill: boolean }
  | { do: "release stop" }
  | { do: "duty"; duty: "promote" | "reap" | "expire_approvals" | "age_priorities" | "redispatch" }
  | { do: "wait"; seconds: number };
