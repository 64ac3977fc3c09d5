import type { Program } from "../command.ts"; export function addStatus(_program: Program): void {}
