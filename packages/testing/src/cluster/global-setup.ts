import type { TestProject } from "vitest/node";
import { startTestCluster } from "./cluster.ts";
import "./info.ts";
import { sweepAbandonedRuns } from "./sweep.ts";

/** Vitest's global setup: one throwaway cluster for the whole run, removed at its end. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await sweepAbandonedRuns();
  const supabaseDirectory = process.env.HOLDFAST_TEST_SUPABASE;
  const cluster = await startTestCluster(supabaseDirectory ? { supabaseDirectory } : {});
  project.provide("holdfastCluster", cluster.info);
  return async () => cluster[Symbol.asyncDispose]();
}
