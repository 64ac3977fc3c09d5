import { join } from "node:path";
import { ROOT, runNode } from "../src/check/run-program.ts";
import { createTestDatabase, startTestCluster } from "../src/cluster/index.ts";

// `pnpm types`: writes the generated row types from the chapters themselves, applied to a throwaway database. A local
// stack that runs may be older than the chapters.

await using cluster = await startTestCluster();
await using db = await createTestDatabase({ cluster: cluster.info });
await runNode(join(ROOT, "packages/db/bin/generate-types.ts"), db.url());
