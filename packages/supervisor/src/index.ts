export { cronOf } from "./cron-of.ts";
export { type Supervisor, type SupervisorOptions, startSupervisor } from "./supervisor.ts";
