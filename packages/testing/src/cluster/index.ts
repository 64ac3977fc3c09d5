export {
  BARE_TEMPLATE,
  type ClusterInfo,
  copyState,
  startTestCluster,
  TEMPLATE,
  type TestCluster,
  THROWAWAY,
} from "./cluster.ts";
export { runCluster } from "./info.ts";
export { createTestDatabase, type TestDatabase, type TestDatabaseOptions } from "./test-database.ts";
export { createTestStack, type TestStackOptions } from "./test-stack.ts";
