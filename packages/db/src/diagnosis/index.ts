export { Probe, type ServerFacts } from "./probe.ts";
