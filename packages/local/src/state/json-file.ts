import { chmodSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import type { z } from "zod";
import { LocalStackError } from "../errors.ts";

/**
 * Writes a JSON file (0600) so that a reader sees the old or the new content, never a part.
 *
 * @param mode file mode, default 0600
 */
export function writeJson(path: string, value: unknown, mode = 0o600): void {
  const draft = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(draft, `${JSON.stringify(value, null, 2)}\n`, { mode });
    chmodSync(draft, mode);
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
}

/** Reads a JSON file; `undefined` when there is none. A file that does not fit the schema is an error that names it. */
export function readJson<T>(path: string, schema: z.ZodType<T>): T | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (error) {
    const why = (error as { issues?: { path: PropertyKey[]; message: string }[] }).issues
      ?.map((issue) => `${issue.path.join(".") || "(root)"}: ${issue.message}`)
      .join("; ");
    throw new LocalStackError(
      "local.state_unreadable",
      `${path} is damaged: ${why ?? (error as Error).message}`,
      "restore that file, or throw the local stack away with `holdfast down --reset`",
      1,
      { cause: error },
    );
  }
}
