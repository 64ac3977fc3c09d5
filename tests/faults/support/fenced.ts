import { expect } from "vitest";
import type { Site } from "./site.ts";

/** What the database answers to everything that a late holder of a token may still say. */
export async function expectFenced(site: Site, token: number): Promise<void> {
  const ask = async (text: string) => (await site.asWorker(text, [token])).rows[0];
  expect(await ask("select holdfast_private.beat_lease($1) as verdict")).toEqual({ verdict: "lost" });
  await expect(ask("select holdfast_private.store_output($1, 'stdout', 0, 'late')")).rejects.toMatchObject({
    code: "PT409",
    detail: "holdfast.lease_lost",
  });
  const finish = `select accepted, reason from holdfast_private.finish_runs(
    jsonb_build_array(jsonb_build_object('token', $1::bigint, 'outcome', 'completed')))`;
  expect(await ask(finish)).toEqual({ accepted: false, reason: "lease_lost" });
}
