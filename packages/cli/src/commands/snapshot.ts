import type { Program } from "../command.ts"; export function addSnapshot(_program: Program): void {}
