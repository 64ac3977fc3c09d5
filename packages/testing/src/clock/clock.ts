import type { TestDatabase } from "../cluster/index.ts";

/** Moves the time that the rules of one test database use (`holdfast_private.clock()`), for all its sessions. */
export interface TestClock {
  /** Moves time forward (or back) by an interval as Postgres writes it, e.g. `20 seconds`. Returns the new time. */
  advance(interval: string): Promise<Date>;
  /** Stops time at an instant; {@link advance} then moves that instant. */
  stop(at: Date): Promise<void>;
  /** The time as the rules see it. */
  now(): Promise<Date>;
}

/**
 * Replaces `holdfast_private.clock()` of a test database by one that a table drives. The real clock's pace stays: time
 * is only shifted, until {@link TestClock.stop}.
 */
export async function controlClock(db: TestDatabase): Promise<TestClock> {
  const pool = db.pool();
  await pool.query(`
    create table holdfast_private.test_clock (stopped_at timestamptz, shift interval not null default '0');
    insert into holdfast_private.test_clock default values;
    -- Definer: whoever asks the time must not need a right to the table.
    create or replace function holdfast_private.clock() returns timestamptz
      language sql volatile security definer set search_path = ''
      as 'select coalesce(c.stopped_at, clock_timestamp()) + c.shift from holdfast_private.test_clock c'`);
  const now = async () => {
    const { rows } = await pool.query<{ now: Date }>("select holdfast_private.clock() as now");
    return rows[0]?.now ?? new Date(Number.NaN);
  };
  return {
    now,
    async advance(interval) {
      await pool.query("update holdfast_private.test_clock set shift = shift + $1::interval", [interval]);
      return now();
    },
    async stop(at) {
      await pool.query("update holdfast_private.test_clock set stopped_at = $1, shift = '0'", [at]);
    },
  };
}
