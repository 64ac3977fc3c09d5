import { createHoldfast, type Holdfast, refreshSession, signIn } from "@holdfast/client";
import { CliError, EXIT, UsageError } from "../cli-error.ts";
import type { Context } from "../context.ts";
import { findProject, type Project } from "./project.ts";
import { type KeptSession, readSession, sessionPath, writeSession } from "./session-file.ts";

/** Seconds an access token must still be good for to be used. */
const MARGIN_SECONDS = 60;

/** The workspace of this call, under a person's session that renews itself for as long as the command runs. */
export async function openHoldfast(context: Context): Promise<Holdfast> {
  const project = await findProject(context);
  let session = await openSession(context, project);
  return createHoldfast(
    {
      url: project.url,
      key: project.key,
      accessToken: async () => {
        if (!isFresh(session)) session = await openSession(context, project);
        return session.accessToken;
      },
    },
    { workspace: context.workspace },
  );
}

/** A session that is good now: the kept one, the kept one renewed, or (locally) a new one. */
export async function openSession(context: Context, project: Project): Promise<KeptSession> {
  const path = sessionPath(project.stateDir, project.place === "local" ? `local-${context.as}` : "login");
  const kept = await readSession(path);
  if (kept && kept.url === project.url && kept.key === project.key) {
    if (isFresh(kept)) return kept;
    const renewed = await renew(project, kept.refreshToken);
    if (renewed) return writeSession(path, project, renewed);
  }
  if (project.place === "local") return writeSession(path, project, await signInLocally(context, project));
  throw new CliError(`you are not signed in to ${project.url}`, {
    hint: "holdfast login",
    rule: "not_signed_in",
    exitCode: EXIT.failed,
  });
}

function isFresh(session: KeptSession): boolean {
  return session.expiresAt - MARGIN_SECONDS > Date.now() / 1000;
}

async function renew(project: Project, refreshToken: string) {
  try {
    return await refreshSession({ url: project.url, key: project.key, refreshToken });
  } catch (error) {
    // A spent refresh token is the usual case after a long pause; anything else shows again at the sign-in that follows.
    if ((error as { rule?: string }).rule === "sign_in_refused") return undefined;
    throw error;
  }
}

function signInLocally(context: Context, project: Extract<Project, { place: "local" }>) {
  const user = project.users[context.as];
  if (!user) {
    throw new UsageError(
      `there is no local person "${context.as}"`,
      `--as takes one of: ${Object.keys(project.users).join(", ")}`,
    );
  }
  return signIn({ url: project.url, key: project.key, email: user.email, password: user.password });
}
