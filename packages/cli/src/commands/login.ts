import { createInterface } from "node:readline/promises";
import { Writable } from "node:stream";
import { signIn } from "@holdfast/client";
import { UsageError } from "../cli-error.ts";
import { addCommand, asPerson, onCall, type Program } from "../command.ts";
import { type Context, print, printJson } from "../context.ts";
import { openHoldfast, openSession } from "../session/open.ts";
import { findProject, type Project } from "../session/project.ts";
import { removeSession, sessionPath, writeSession } from "../session/session-file.ts";
import { printable } from "../terminal/printable.ts";

/** `holdfast login`, `logout`, `whoami`: the session kept for a hosted project. Locally the CLI signs in by itself. */
export function addLogin(program: Program): void {
  const login = addCommand(program, "login", "Sign in to the project at HOLDFAST_URL and keep the session", [
    "HOLDFAST_URL=https://<ref>.supabase.co HOLDFAST_KEY=sb_publishable_… holdfast login",
    "holdfast login --email you@example.com --password-stdin < password.txt",
  ])
    .option("--email <email>", "your email (default: asked for)")
    .option("--password-stdin", "read the password from stdin instead of asking for it");
  onCall<{ email?: string; passwordStdin?: boolean }>(program, login, async (context, options) => {
    const project = hosted(await findProject(context));
    const email = options.email ?? (await ask("email: ", "--email", { shown: true }));
    const password = options.passwordStdin
      ? await fromStdin(context)
      : await ask(`password for ${email}: `, "--password-stdin", { shown: false });
    const session = await signIn({ url: project.url, key: project.key, email, password });
    await writeSession(sessionPath(project.stateDir, "login"), project, session);
    if (context.json) printJson(context, { email: session.email, user_id: session.userId, url: project.url });
    else print(context, `signed in to ${project.url} as ${printable(session.email)}`);
  });

  const logout = addCommand(program, "logout", "Forget the kept session", ["holdfast logout"]);
  onCall(program, logout, async (context) => {
    const project = hosted(await findProject(context));
    await removeSession(sessionPath(project.stateDir, "login"));
    if (context.json) printJson(context, { signed_out: true });
    else print(context, "signed out");
  });

  const whoami = asPerson(
    addCommand(program, "whoami", "Say as whom, where and with which role commands act", ["holdfast whoami"]),
  );
  onCall(program, whoami, showSelf);
}

async function showSelf(context: Context): Promise<void> {
  const project = await findProject(context);
  const session = await openSession(context, project);
  const holdfast = await openHoldfast(context);
  const workspaceId = await holdfast.data.workspaceId();
  const members = await holdfast.data.read<{ role: string }[]>((db) =>
    db.from("members").select("role").eq("workspace_id", workspaceId).eq("user_id", session.userId),
  );
  const role = members[0]?.role ?? "none";
  if (context.json) {
    printJson(context, {
      email: session.email,
      user_id: session.userId,
      role,
      workspace: context.workspace,
      url: project.url,
      place: project.place,
    });
    return;
  }
  print(
    context,
    `${printable(session.email)}, ${role} in workspace ${context.workspace}, at ${project.url} (${project.place})`,
  );
}

function hosted(project: Project): Project & { place: "hosted" } {
  if (project.place === "hosted") return project;
  throw new UsageError(
    "the local stack needs no login: commands act as its owner, or as another person with --as",
    "set HOLDFAST_URL and HOLDFAST_KEY to sign in to a hosted project",
  );
}

async function fromStdin(context: Context): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of context.stdin) parts.push(Buffer.from(part));
  return Buffer.concat(parts)
    .toString("utf8")
    .replace(/\r?\n$/, "");
}

/** Asks on the terminal; what is typed is shown only when it may be. */
async function ask(question: string, option: string, { shown }: { shown: boolean }): Promise<string> {
  if (!process.stdin.isTTY) {
    const what = question.split(/[: ]/)[0];
    throw new UsageError(`${option} is missing, and there is no terminal to ask for the ${what} on`, `pass ${option}`);
  }
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  if (!shown) process.stderr.write(question);
  const prompt = createInterface({ input: process.stdin, output: shown ? process.stderr : silent, terminal: true });
  try {
    const typed = await prompt.question(shown ? question : "");
    return shown ? typed.trim() : typed;
  } finally {
    prompt.close();
    if (!shown) process.stderr.write("\n");
  }
}
