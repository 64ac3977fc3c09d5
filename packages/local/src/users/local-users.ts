import { join } from "node:path";
import { z } from "zod";
import { readJson, writeJson } from "../state/json-file.ts";
import { secret } from "../state/secrets.ts";

/** The people of the local stack; `owner` has the role admin in the workspace `local`. */
export const LOCAL_USERS = ["owner", "approver", "operator", "viewer"] as const;

/** Name of a local user. */
export type LocalUserName = (typeof LOCAL_USERS)[number];

/** Role of a member of a workspace. */
export type MemberRole = "admin" | "approver" | "operator" | "viewer";

const LocalUser = z.object({
  id: z.uuid(),
  email: z.email(),
  password: z.string().min(12),
  role: z.enum(["admin", "approver", "operator", "viewer"]),
});

/** One local user as kept in `users.json` (0600). */
export type LocalUser = z.infer<typeof LocalUser>;

/** All local users by name. */
export type LocalUsers = Record<LocalUserName, LocalUser>;

const UsersFile = z.record(z.enum(LOCAL_USERS), LocalUser);

/** Where the users' passwords are kept. */
export function usersFile(stateDir: string): string {
  return join(stateDir, "users.json");
}

/** The users kept in a state folder, if any. */
export function readUsers(stateDir: string): LocalUsers | undefined {
  return readJson(usersFile(stateDir), UsersFile);
}

/** Reads the users of a state folder, or makes them with generated passwords and keeps them. */
export function loadUsers(stateDir: string): {
  users: LocalUsers;
  made: boolean;
} {
  const kept = readUsers(stateDir);
  if (kept) return { users: kept, made: false };
  const users = Object.fromEntries(LOCAL_USERS.map((name) => [name, makeUser(name)])) as LocalUsers;
  writeJson(usersFile(stateDir), users);
  return { users, made: true };
}

function makeUser(name: LocalUserName): LocalUser {
  return {
    id: crypto.randomUUID(),
    // A reserved top-level domain: no mail can ever leave for it.
    email: `${name}@holdfast.test`,
    password: secret(12),
    role: name === "owner" ? "admin" : name,
  };
}
