/** Steps that divide a minute, an hour or a day evenly: cron can say no others. */
const STEPS: readonly (readonly [seconds: number, expression: string])[] = [
  ...[1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30].map((n) => [n, `*/${n} * * * * *`] as const),
  ...[1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30].map((n) => [n * 60, `0 */${n} * * * *`] as const),
  ...[1, 2, 3, 4, 6, 8, 12].map((n) => [n * 3_600, `0 0 */${n} * * *`] as const),
  [86_400, "0 0 0 * * *"],
];

/**
 * A cron rule with a seconds field for "every so many seconds". An interval that cron cannot say is rounded down to the
 * nearest one it can (7 s becomes 6 s): a duty may come early, never late.
 */
export function cronOf(everySeconds: number): string {
  let rule = "* * * * * *";
  for (const [seconds, expression] of STEPS) if (seconds <= everySeconds) rule = expression;
  return rule;
}
