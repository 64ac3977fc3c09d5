import { HoldfastError } from "@holdfast/db";
import { ConnectionUrlError } from "@holdfast/db/connection";
import { SchemaMismatchError } from "@holdfast/db/migrate";
import { TaskLoadError, WorkerOptionsError } from "@holdfast/worker";
import { EnvironmentError } from "./environment.ts";

/** Exit code for a configuration that no new start cures. */
export const BAD_CONFIGURATION = 2;

const CONFIGURATION = [
  EnvironmentError,
  ConnectionUrlError,
  SchemaMismatchError,
  TaskLoadError,
  WorkerOptionsError,
  HoldfastError,
];

// Wrong password, no such role, no such database, no right to connect.
const REFUSED_LOGIN = new Set(["28P01", "28000", "3D000", "42501"]);

/** 2 when a person has to change something first, 1 when a new start may help. */
export function exitCodeOf(error: unknown): number {
  if (CONFIGURATION.some((type) => error instanceof type)) return BAD_CONFIGURATION;
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === "string" && REFUSED_LOGIN.has(code) ? BAD_CONFIGURATION : 1;
}

/** The error in the words of the person who has to act on it. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const hint = error instanceof HoldfastError && error.hint ? `\n  do: ${error.hint}` : "";
  return `${error.message}${hint}`;
}
