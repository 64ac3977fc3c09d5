/** The local stack as a project to talk to. */
export interface LocalProject {
  url: string;
  key: string;
  stateDir: string;
  users: Record<string, { email: string; password: string }>;
}

/**
 * The local stack of this checkout (or of HOLDFAST_STATE) when it is up, and the state folder in any case.
 * Reads stack.json, secrets.json and users.json; starts nothing.
 */
export async function findLocalStack(
  env: NodeJS.ProcessEnv,
): Promise<{ stateDir: string; project: LocalProject | undefined }> {
  const { loadSecrets, readStack, readUsers, resolveStateDir } = await import("@holdfast/local/attach");
  const stateDir = resolveStateDir(undefined, env);
  const record = readStack(stateDir);
  const users = record?.state === "ready" ? readUsers(stateDir) : undefined;
  if (!record || !users) return { stateDir, project: undefined };
  const { publishableKey } = await loadSecrets(stateDir);
  return { stateDir, project: { url: record.apiUrl, key: publishableKey, stateDir, users } };
}
