import { rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { isAlive } from "../process/identity.ts";
import { readJson, writeJson } from "./json-file.ts";

const StackFile = z.object({
  /** The process that serves the Data API and owns the stack. */
  pid: z.int().positive(),
  /** Its start time: a pid alone may by now be another program's. */
  pidStartTime: z.string(),
  state: z.enum(["starting", "ready", "stopping"]),
  dbPort: z.int(),
  apiPort: z.int(),
  apiUrl: z.string(),
  /** Postgres' data directory. */
  dataDir: z.string(),
  startedAt: z.string(),
});

/** What a running stack says about itself in `stack.json`. */
export type StackRecord = z.infer<typeof StackFile>;

const path = (stateDir: string) => join(stateDir, "stack.json");

/** The record of the stack that runs on this state folder; `undefined` when its process is gone. */
export function readStack(stateDir: string): StackRecord | undefined {
  const record = readJson(path(stateDir), StackFile);
  return record && isAlive({ pid: record.pid, startTime: record.pidStartTime }) ? record : undefined;
}

/** Writes the record atomically. */
export function writeStack(stateDir: string, record: StackRecord): void {
  writeJson(path(stateDir), record);
}

/** Removes the record, unless another stack has taken the folder over since. */
export function removeStack(stateDir: string, owner: { pid: number }): void {
  const record = readJson(path(stateDir), StackFile);
  if (record?.pid === owner.pid) rmSync(path(stateDir), { force: true });
}
