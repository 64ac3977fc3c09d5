import { UsageError } from "../cli-error.ts";

const SECONDS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** The longest span that an integer column holds. */
const LONGEST = { seconds: 2_147_483_647, words: "68 years" };

/**
 * Seconds in a duration a person types: `90s`, `10m`, `2h`, `1h30m`, `1d`, or plain seconds.
 * Errors: usage, naming `field`, for what is no duration or longer than `most`.
 */
export function parseDuration(text: string, field: string, most = LONGEST): number {
  const parts = [...text.matchAll(/(\d+)([smhd])/g)];
  const whole = parts.map((part) => part[0]).join("") === text && parts.length > 0;
  const seconds = whole
    ? parts.reduce((sum, part) => sum + Number(part[1]) * (SECONDS[part[2] as string] as number), 0)
    : /^\d+$/.test(text)
      ? Number(text)
      : Number.NaN;
  if (seconds > most.seconds) {
    throw new UsageError(`${field} "${text}" is more than ${most.words}`, `give at most ${most.words}`);
  }
  if (Number.isSafeInteger(seconds) && seconds > 0) return seconds;
  throw new UsageError(
    `${field} "${text}" is not a duration above zero`,
    "write it as 90s, 10m, 2h, 1h30m or 1d; a plain number means seconds",
  );
}

/** A span of time as a person says it: `0.4s`, `12s`, `3m 20s`, `2h 5m`, `4d 3h`. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)}s`;
  const total = Math.round(seconds);
  if (total < 60) return `${total}s`;
  if (total < 3600) return `${Math.floor(total / 60)}m ${total % 60}s`;
  if (total < 86_400) return `${Math.floor(total / 3600)}h ${Math.floor((total % 3600) / 60)}m`;
  return `${Math.floor(total / 86_400)}d ${Math.floor((total % 86_400) / 3600)}h`;
}
