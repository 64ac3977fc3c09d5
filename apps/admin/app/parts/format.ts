const DATE = new Intl.DateTimeFormat("en-GB", {
  timeZone: "UTC",
  year: "numeric",
  month: "short",
  day: "2-digit",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

/** A moment in UTC, `20 Nov 2026, 03:12:44 UTC`. The same on the server and in every browser. */
export function utc(at: string | number): string {
  return `${DATE.format(new Date(at))} UTC`;
}

/** Seconds as two units at most: `42 s`, `3 min 5 s`, `2 h 10 min`, `3 d 4 h`. */
export function duration(seconds: number | null | undefined): string {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) return "–";
  const all = Math.max(0, seconds);
  // Each unit ends where the next one begins once it is rounded: never 1000 ms, 10.0 s or 60 s.
  if (all < 0.9995) return `${Math.round(all * 1000)} ms`;
  if (all < 9.95) return `${all.toFixed(1)} s`;
  if (all < 59.5) return `${Math.round(all)} s`;
  const whole = Math.round(all);
  if (whole < 3600) return joined(Math.floor(whole / 60), "min", whole % 60, "s");
  if (whole < 86_400) return joined(Math.floor(whole / 3600), "h", Math.floor((whole % 3600) / 60), "min");
  return joined(Math.floor(whole / 86_400), "d", Math.floor((whole % 86_400) / 3600), "h");
}

function joined(big: number, unit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${big} ${unit}` : `${big} ${unit} ${small} ${smallUnit}`;
}

/** Bytes in binary units, `3.4 MiB`. */
export function bytes(count: number | null | undefined): string {
  if (count === null || count === undefined) return "–";
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let power = count < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(count) / 10));
  if (Math.round(count / 1024 ** power) >= 1024 && power < units.length - 1) power += 1;
  const value = count / 1024 ** power;
  return `${power === 0 || value >= 99.95 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}

/** An amount of money with its currency, two digits, more only where they matter: `0.0032 USD`. */
export function money(amount: number | string | null | undefined, currency = ""): string {
  if (amount === null || amount === undefined) return "–";
  const value = Number(amount);
  const digits = value !== 0 && Math.abs(value) < 0.01 ? 6 : 2;
  return `${value.toFixed(digits).replace(/(\.\d\d\d*?)0+$/, "$1")}${currency ? ` ${currency.toUpperCase()}` : ""}`;
}

/** A sum of amounts, exact to the six digits that the database keeps. */
export function total(amounts: readonly (number | string)[]): number {
  return Math.round(amounts.reduce<number>((sum, amount) => sum + Math.round(Number(amount) * 1e6), 0)) / 1e6;
}

/**
 * The most that one act changes, and that views count up to (to one more, which says that there are more). The database says
 * so; a page says it before it is refused.
 */
export const MOST = 10_000;

/** A count with thin groups, `12 345`; what a view cut off is said to be more than {@link MOST}. */
export function count(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  if (value === MOST + 1) return `${count(MOST)}+`;
  return String(value).replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
}

/** `1 job`, `3 jobs`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}
