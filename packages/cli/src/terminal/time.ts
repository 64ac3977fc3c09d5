import { printable } from "./printable.ts";

/** How times are shown: relative to now, or absolute in UTC. */
export interface TimeStyle {
  utc: boolean;
  now: number;
}

/** A moment as `12s ago` or `in 3m`, or as `2026-11-20 08:15:02Z` with `--utc`; `-` when there is none. */
export function formatTime(time: string | null | undefined, style: TimeStyle): string {
  if (!time) return "-";
  const at = Date.parse(time);
  if (Number.isNaN(at)) return printable(time);
  if (style.utc) return `${new Date(at).toISOString().slice(0, 19).replace("T", " ")}Z`;
  const distance = at - style.now;
  return distance > 0 ? `in ${shortSpan(distance)}` : `${shortSpan(-distance)} ago`;
}

/** An age or distance in one unit: `0s`, `45s`, `12m`, `5h`, `3d`. */
export function shortSpan(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 100) return `${seconds}s`;
  if (seconds < 6000) return `${Math.round(seconds / 60)}m`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)}h`;
  return `${Math.round(seconds / 86_400)}d`;
}
