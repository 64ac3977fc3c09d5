export {
  type ClusterInfo,
  copyState,
  createTestDatabase,
  createTestStack,
  runCluster,
  startTestCluster,
  type TestCluster,
  type TestDatabase,
  type TestDatabaseOptions,
  type TestStackOptions,
} from "./cluster/index.ts";
