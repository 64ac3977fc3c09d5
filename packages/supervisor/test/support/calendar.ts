/** One minute of a year as the clock on the wall shows it. */
interface Minute {
  instant: number;
  /** Minutes since 1970 as the wall would count them. */
  wall: number;
}

/** Every minute of a span in a zone, asked of the runtime one by one: slow, simple, and no code of the supervisor's. */
export function minutesOf(from: number, to: number, timeZone: string): Minute[] {
  const format = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" });
  const minutes: Minute[] = [];
  // A day early, so that the first minute knows what came before it.
  for (let instant = from - 86_400_000; instant <= to; instant += 60_000) {
    minutes.push({ instant, wall: Date.parse(`${format.format(instant).replace(" ", "T")}:00Z`) / 60_000 });
  }
  return minutes;
}

/** Instants at which the clock jumps. */
export function changesOf(minutes: readonly Minute[]): number[] {
  return minutes
    .filter(({ wall }, index) => index > 0 && wall !== (minutes[index - 1] as Minute).wall + 1)
    .map(({ instant }) => instant);
}

const NAMES = "jan feb mar apr may jun jul aug sep oct nov dec sun mon tue wed thu fri sat".split(" ");

function number(text: string, low: number): number {
  const name = NAMES.indexOf(text.toLowerCase());
  if (name < 0) return Number(text);
  return low === 1 ? name + 1 : name - 12;
}

function matcher(field: string, low: number, high: number): (value: number) => boolean {
  const values = new Set<number>();
  for (const part of field.split(",")) {
    const [span = "", step = "1"] = part.split("/");
    const [from = "", to = from] = span === "*" ? [String(low), String(high)] : span.split("-");
    for (let value = number(from, low); value <= number(to, low); value += Number(step)) values.add(value);
  }
  return (value) => values.has(value);
}

/** Whether a wall minute matches a rule: the day by either of its two fields when both say something. */
function matches(rule: string): (wall: number) => boolean {
  const [minute = "", hour = "", day = "", month = "", weekday = ""] = rule.split(" ");
  const [isMinute, isHour] = [matcher(minute, 0, 59), matcher(hour, 0, 23)];
  const [isDay, isMonth] = [matcher(day, 1, 31), matcher(month, 1, 12)];
  const isWeekday = matcher(weekday, 0, 7);
  return (wall) => {
    const at = new Date(wall * 60_000);
    if (!isMinute(at.getUTCMinutes()) || !isHour(at.getUTCHours()) || !isMonth(at.getUTCMonth() + 1)) return false;
    const byDay = isDay(at.getUTCDate());
    const byWeekday = isWeekday(at.getUTCDay()) || (at.getUTCDay() === 0 && isWeekday(7));
    if (day === "*") return byWeekday;
    return weekday === "*" ? byDay : byDay || byWeekday;
  };
}

/** The windows of a rule after `from`, by looking at every minute: the rules for summer time as they are written. */
export function windowsByLooking(rule: string, minutes: readonly Minute[], from: number): number[] {
  const isDue = matches(rule);
  const found: number[] = [];
  let shown = (minutes[0] as Minute).wall - 1;
  for (const { instant, wall } of minutes) {
    // What was shown already is not due again; what was never shown is due as soon as the clock is past it.
    let due = false;
    for (let each = shown + 1; each <= wall; each++) due ||= isDue(each);
    shown = Math.max(shown, wall);
    if (due && instant > from) found.push(instant);
  }
  return found;
}
