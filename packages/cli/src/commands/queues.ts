import type { Program } from "../command.ts"; export function addQueues(_program: Program): void {}
