import { useNow } from "../shell/clock.ts";
import { duration, utc } from "./format.ts";

/** How long ago, or in how long: `12 s ago`, `in 3 min`. The absolute time, UTC and local, is shown on hover. */
export function Ago({ at }: { at: string | null | undefined }) {
  const now = useNow();
  if (!at) return <span className="dim">–</span>;
  const seconds = (now - Date.parse(at)) / 1000;
  const whole = Math.abs(seconds) < 1 ? "now" : duration(Math.floor(Math.abs(seconds)));
  const text =
    whole === "now"
      ? "now"
      : seconds >= 0
        ? `${whole.replace(/\.0 s/, " s")} ago`
        : `in ${whole.replace(/\.0 s/, " s")}`;
  return (
    <time dateTime={at} title={title(at)} className="num" suppressHydrationWarning>
      {text}
    </time>
  );
}

/** How long something that began at `at` has gone on, ticking. */
export function Since({ at }: { at: string }) {
  const seconds = Math.max(0, Math.floor((useNow() - Date.parse(at)) / 1000));
  return (
    <span className="num" title={title(at)} suppressHydrationWarning>
      {seconds < 1 ? "0 s" : duration(seconds).replace(/\.0 s/, " s")}
    </span>
  );
}

/** A moment as such, in UTC. */
export function At({ at }: { at: string | null | undefined }) {
  if (!at) return <span className="dim">–</span>;
  return (
    <time dateTime={at} title={title(at)} className="num" suppressHydrationWarning>
      {utc(at)}
    </time>
  );
}

function title(at: string): string {
  return typeof window === "undefined"
    ? utc(at)
    : `${utc(at)} · ${new Date(at).toLocaleString("en-GB", { timeZoneName: "short" })}`;
}
