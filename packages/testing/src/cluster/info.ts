import { inject } from "vitest";
import type { ClusterInfo } from "./cluster.ts";

declare module "vitest" {
  export interface ProvidedContext {
    holdfastCluster: ClusterInfo;
  }
}

/** The cluster of this test run, as the global setup provided it. */
export function runCluster(): ClusterInfo {
  const info = inject("holdfastCluster");
  if (!info) throw new Error("no test cluster: run vitest with --config packages/testing/vitest.config.ts");
  return info;
}
