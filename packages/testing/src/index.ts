export { waitUntil } from "@holdfast/local";
export { findBrowser } from "./browser/find-browser.ts";
export { controlClock, type TestClock } from "./clock/clock.ts";
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
export { type ActResult, type ActSpec, act, duty, sealAll } from "./factories/acts.ts";
export { enqueue, JOB_STATES, type JobSpec, type JobState, job, registerKinds } from "./factories/job.ts";
export { type FinishAnswer, type FinishSpec, stateOf, type TestWorker, worker } from "./factories/worker.ts";
export { type TestWorkspace, workspace } from "./factories/workspace.ts";
export { type Refusal, refusalOf } from "./roles/refusal.ts";
export {
  asAnon,
  asMember,
  asServiceRole,
  asStranger,
  asUser,
  asWorker,
  type RolePlay,
  type RolePlayOptions,
} from "./roles/role-play.ts";
export { openSession, type Session } from "./sessions/session.ts";
