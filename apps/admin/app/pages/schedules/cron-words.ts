import cronstrue from "cronstrue";

/** A cron rule in words, `Every 15 minutes`; the rule itself where it has none. */
export function cronInWords(cron: string): string {
  try {
    // Either day field may match (schedules.cron says so), where cronstrue's "and" could mean both.
    return cronstrue
      .toString(cron, { use24HourTimeFormat: true })
      .replace(" of the month, and on ", " of the month, or on ");
  } catch {
    return cron;
  }
}
