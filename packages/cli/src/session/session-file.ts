import { chmod, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Session } from "@holdfast/client";
import { z } from "zod";

const SessionSchema = z.object({
  url: z.string(),
  key: z.string(),
  userId: z.string(),
  email: z.string(),
  accessToken: z.string(),
  refreshToken: z.string(),
  expiresAt: z.number(),
});

/** A session and the project it belongs to, as kept on disk. */
export type KeptSession = z.infer<typeof SessionSchema>;

/** `sessions/<name>.json` in the state folder, readable by this user alone. `name` is `login`, or `local-<person>`. */
export function sessionPath(stateDir: string, name: string): string {
  return join(stateDir, "sessions", `${name}.json`);
}

/** The kept session; undefined when there is none or it cannot be read (then signing in again is the remedy anyway). */
export async function readSession(path: string): Promise<KeptSession | undefined> {
  try {
    return SessionSchema.parse(JSON.parse(await readFile(path, "utf8")));
  } catch {
    return undefined;
  }
}

/** Keeps a session, replacing the old one in one step. */
export async function writeSession(
  path: string,
  project: { url: string; key: string },
  session: Session,
): Promise<KeptSession> {
  const kept: KeptSession = { url: project.url, key: project.key, ...session };
  const folder = join(path, "..");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  // Two commands may sign in at once: each writes its own draft, and the last rename wins.
  const draft = `${path}.${process.pid}.tmp`;
  await writeFile(draft, `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600 });
  await rename(draft, path);
  return kept;
}

/** Forgets a session. */
export async function removeSession(path: string): Promise<void> {
  await rm(path, { force: true });
}
