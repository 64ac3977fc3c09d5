import { pino } from "pino";

/** The log of the pages' server side. */
export const log = pino({ name: "admin", base: null, level: process.env.HOLDFAST_LOG_LEVEL ?? "info" });
