import { HoldfastError, UnreachableError } from "../errors/holdfast-error.ts";
import { connect } from "./connect.ts";

/** A person's session, small enough to keep in a file. */
export interface Session {
  userId: string;
  email: string;
  accessToken: string;
  refreshToken: string;
  /** Seconds since 1970 at which the access token ends. */
  expiresAt: number;
}

interface AuthSession {
  access_token: string;
  refresh_token: string;
  expires_at?: number;
  expires_in?: number;
  user: { id: string; email?: string };
}

/** Signs a person in with email and password. Errors: `sign_in_refused`, `unreachable`. */
export async function signIn(project: { url: string; key: string; email: string; password: string }): Promise<Session> {
  const { data, error } = await connect(project).auth.signInWithPassword({
    email: project.email,
    password: project.password,
  });
  if (error) throw refused(error, project.url, `could not sign in as ${project.email}`);
  return toSession(data.session as AuthSession);
}

/** Exchanges a refresh token for a new session. The old refresh token is spent: store what comes back. */
export async function refreshSession(project: { url: string; key: string; refreshToken: string }): Promise<Session> {
  const { data, error } = await connect(project).auth.refreshSession({ refresh_token: project.refreshToken });
  if (error || !data.session) throw refused(error, project.url, "the kept session could not be renewed");
  return toSession(data.session as AuthSession);
}

function toSession(session: AuthSession): Session {
  return {
    userId: session.user.id,
    email: session.user.email ?? "",
    accessToken: session.access_token,
    refreshToken: session.refresh_token,
    expiresAt: session.expires_at ?? Math.floor(Date.now() / 1000) + (session.expires_in ?? 3600),
  };
}

function refused(
  error: { status?: number | undefined; message: string } | null,
  url: string,
  what: string,
): HoldfastError {
  if (error && (error.status === undefined || error.status === 0 || /fetch failed/i.test(error.message))) {
    return new UnreachableError(url, error);
  }
  return new HoldfastError({
    rule: "sign_in_refused",
    status: 401,
    message: `${what}: ${error?.message ?? "the project sent no session"}`,
    hint: "check the email and the password, and that the key belongs to this project",
    cause: error,
  });
}
