import type { Holdfast } from "@holdfast/client";

const PAGE = 200;

/** Why jobs wait, in the words of `holdfast.next_up`; a job that does not wait is absent. */
export async function whyTheyWait(holdfast: Holdfast, ids: readonly number[]): Promise<Map<number, string>> {
  const words = new Map<number, string>();
  for (let from = 0; from < ids.length; from += PAGE) {
    const rows = await holdfast.data.read<{ job_id: number; why: string }[]>((db) =>
      db
        .from("next_up")
        .select("job_id,why")
        .in("job_id", ids.slice(from, from + PAGE)),
    );
    for (const row of rows) words.set(row.job_id, row.why);
  }
  return words;
}
