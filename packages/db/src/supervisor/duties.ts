import { call, callForValue, type Queryable } from "../pool/call.ts";

/** A repeated duty of the supervisor. */
export interface Duty {
  name: string;
  every_seconds: number;
  last_succeeded_at: Date | null;
  /** Which supervisor did it last. */
  done_by: string | null;
}

/** The duties and how often each is due (`holdfast_private.duties`). */
export function duties(db: Queryable): Promise<Duty[]> {
  return call<Duty & Record<string, unknown>>(db, "select * from holdfast_private.duties()");
}

/** Does one duty and records its success; returns what it did (`holdfast_private.run_duty`). */
export function runDuty(db: Queryable, duty: string, supervisor: string): Promise<unknown> {
  return callForValue<unknown>(db, "select holdfast_private.run_duty($1, $2) as value", [duty, supervisor]);
}

/** When the next waiting job becomes due; null when none waits for a time (`holdfast_private.next_due_at`). */
export function nextDueAt(db: Queryable): Promise<Date | null> {
  return callForValue<Date | null>(db, "select holdfast_private.next_due_at() as value");
}

/**
 * Milliseconds until the next waiting job becomes due; negative when it is overdue, null when none waits. Measured on
 * the server, because the two clocks may differ.
 */
export function millisecondsUntilDue(db: Queryable): Promise<number | null> {
  return callForValue<number | null>(
    db,
    "select extract(epoch from holdfast_private.next_due_at() - clock_timestamp()) * 1000 as value",
  );
}
