import { setTimeout as sleep } from "node:timers/promises";
import { createClient } from "@supabase/supabase-js";
import { type Stack, waitUntil } from "../../src/index.ts";

/** A refused read as the reader saw it. */
export interface Refusal {
  retryAfter: string | null;
  body: { code?: string; message?: string; hint?: string };
}

/** People who read through supabase-js in a loop, and what they were answered. */
export interface Readers extends AsyncDisposable {
  /** Every status since the start, sorted, each once. */
  statuses(): number[];
  /** The refusals since {@link forget}. */
  refusals(): Refusal[];
  forget(): void;
  /** Waits until each reader has read successfully after this call. */
  allSucceed(timeoutMs: number): Promise<boolean>;
}

/** Signs readers in as the local viewer and lets them read without a pause. Disposing them waits for their last read. */
export async function readers(stack: Stack, count: number): Promise<Readers> {
  const statuses = new Set<number>();
  const successes = new Array<number>(count).fill(0);
  let refusals: Refusal[] = [];
  let over = false;
  const watched: typeof fetch = async (input, init) => {
    const answer = await fetch(input, init);
    statuses.add(answer.status);
    if (!answer.ok) {
      refusals.push({
        retryAfter: answer.headers.get("retry-after"),
        body: (await answer.clone().json()) as Refusal["body"],
      });
    }
    return answer;
  };
  const read = async (reader: number) => {
    const supabase = createClient(stack.apiUrl, stack.publishableKey, {
      db: { schema: "holdfast" },
      auth: { persistSession: false, autoRefreshToken: false },
      global: { fetch: watched },
    });
    const { error } = await supabase.auth.signInWithPassword(stack.users.viewer);
    if (error) throw error;
    return async () => {
      while (!over) {
        const { data } = await supabase.from("workspaces").select("slug").retry(false);
        if (data) successes[reader] = (successes[reader] ?? 0) + 1;
        else await sleep(20);
      }
    };
  };
  const loops = await Promise.all(successes.map((_, reader) => read(reader)));
  const ended = Promise.all(loops.map((loop) => loop()));
  return {
    statuses: () => [...statuses].sort(),
    refusals: () => refusals,
    forget: () => {
      refusals = [];
    },
    allSucceed: (timeoutMs) => {
      const before = [...successes];
      return waitUntil(() => successes.every((now, reader) => now > (before[reader] ?? 0)), timeoutMs);
    },
    async [Symbol.asyncDispose]() {
      over = true;
      await ended;
    },
  };
}
