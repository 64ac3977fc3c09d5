const FORMATS = new Map<string, Intl.DateTimeFormat>();
const DAY = 86_400_000;

/** The clock on the wall in one IANA time zone. A wall time is written as the milliseconds it would be in UTC. */
export class Zone {
  readonly #format: Intl.DateTimeFormat;

  /** @throws RangeError for a zone that this runtime does not know. */
  constructor(name: string) {
    let format = FORMATS.get(name);
    if (!format) {
      format = new Intl.DateTimeFormat("en-US", {
        timeZone: name,
        hourCycle: "h23",
        year: "numeric",
        month: "numeric",
        day: "numeric",
        hour: "numeric",
        minute: "numeric",
        second: "numeric",
      });
      FORMATS.set(name, format);
    }
    this.#format = format;
  }

  /** What the clock shows at an instant, to the second. */
  wallAt(instant: number): number {
    const at: Record<string, number> = {};
    for (const { type, value } of this.#format.formatToParts(instant)) at[type] = Number(value);
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = at;
    return Date.UTC(year, month - 1, day, hour, minute, second);
  }

  /**
   * The instant at which the clock shows a wall time: the first one when it is shown twice (clocks go back), and the
   * first instant after the gap when it is never shown (clocks go forward).
   */
  instantOf(wall: number): number {
    // No zone changes its clock twice within two days, and none by more than a day.
    const before = this.#offsetAt(wall - DAY);
    const after = this.#offsetAt(wall + DAY);
    if (before === after) return wall - before;
    if (this.#offsetAt(wall - before) === before) return wall - before;
    if (this.#offsetAt(wall - after) === after) return wall - after;
    return this.#changeBetween(wall - after, wall - before);
  }

  #offsetAt(instant: number): number {
    const whole = Math.floor(instant / 1000) * 1000;
    return this.wallAt(whole) - whole;
  }

  /** The second at which the offset changes, known to lie in (early, late]. */
  #changeBetween(early: number, late: number): number {
    const offset = this.#offsetAt(late);
    let [low, high] = [Math.floor(early / 1000), Math.ceil(late / 1000)];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (this.#offsetAt(middle * 1000) === offset) high = middle;
      else low = middle;
    }
    return high * 1000;
  }
}
