import { z } from "zod";

const text = z
  .string()
  .trim()
  .transform((value) => (value === "" ? undefined : value))
  .optional();
const number = (is: (value: number) => boolean, message: string) =>
  z
    .string()
    .trim()
    .refine((value) => value === "" || is(Number(value)), message)
    .transform((value) => (value === "" ? undefined : Number(value)))
    .optional();
const whole = number(Number.isSafeInteger, "is not a whole number");
const amount = number(Number.isFinite, "is not a number");
const ticked = z
  .enum(["true", "false"])
  .default("false")
  .transform((value) => value === "true");
const json = z.string().transform((value, context): unknown => {
  try {
    return JSON.parse(value);
  } catch {
    context.addIssue("is not JSON");
    return z.NEVER;
  }
});

/**
 * The form of a new schedule, as columns of `holdfast.schedules`; what is left empty is the database's default. Whether the values
 * are any good is judged there.
 */
export const NewSchedule = z.object({
  name: z.string().trim(),
  description: text,
  cron: z.string().trim(),
  time_zone: text,
  kind: z.string(),
  payload: json,
  venture: text,
  queue: text,
  lane: text,
  class: text,
  priority: whole,
  est_cost: amount,
  paid: ticked,
  external: ticked,
  needs_approval: ticked,
  overlap: text,
  catch_up: text,
  catch_up_limit: whole,
  max_age_seconds: whole,
  jitter_seconds: whole,
});
