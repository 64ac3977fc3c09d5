export { cronOf } from "./cron-of.ts";
export { ScheduleStepper, type ScheduleStepperOptions } from "./schedules/schedule-stepper.ts";
export { nextWindows, type Stepped, stepWindows, windowsAfter } from "./schedules/windows.ts";
export { type Supervisor, type SupervisorOptions, startSupervisor } from "./supervisor.ts";
