// What a command needs that reaches a stack, or has one run in a process of its own: loads a fraction of index.ts.
export { LocalStackError, PortTakenError } from "./errors.ts";
export { isAlive, type ProcessIdentity } from "./process/identity.ts";
export { attachStack } from "./stack/attach-stack.ts";
export type { Stack, StackRole } from "./stack/stack.ts";
export { type DownOptions, down, type UpOptions, up } from "./stack/up-down.ts";
export { REPOSITORY, resolveStateDir } from "./state/paths.ts";
export { loadSecrets, type Secrets } from "./state/secrets.ts";
export { readStack, type StackRecord } from "./state/stack-file.ts";
export { type LocalUser, type LocalUserName, type LocalUsers, readUsers, usersFile } from "./users/local-users.ts";
