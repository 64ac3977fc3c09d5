export {
  type LaunchedRunner,
  type LaunchLogger,
  type LaunchOptions,
  launchRunner,
} from "./launch/launch-runner.ts";
export { createRunDirectory } from "./launch/run-directory.ts";
export { type RunnerProcess, wakeRunner } from "./launch/wake-runner.ts";
export { warmRunner } from "./launch/warm-runner.ts";
export { Redaction } from "./output/redaction.ts";
export { bootId, isSameBoot, isSameProcess, processStarted } from "./process/identity.ts";
export {
  killMarked,
  killProcessTree,
  signalProcess,
  type TreeRoot,
} from "./process/process-tree.ts";
export { carriesMarker, type RunMarker } from "./process/run-marker.ts";
export { type RunError, RunFailure } from "./run/run-failure.ts";
export { type ConsentText, checkFunctionConsent, type RunConsent } from "./spec/consent.ts";
export { fillTemplate } from "./spec/fill-template.ts";
export { InvalidSpecError, parseRunSpec } from "./spec/parse-run-spec.ts";
export type { CommandSpec, RunSpec } from "./spec/run-spec.ts";
export type { RunStatus } from "./status/status-file.ts";
