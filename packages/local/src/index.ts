export { LocalStackError, type PortSetting, PortTakenError } from "./errors.ts";
export { databaseUrl } from "./postgres/database-url.ts";
export { layOutRoles, withClient } from "./postgres/role-layout.ts";
export {
  PostgresServer,
  type ServerOptions,
  type StopMode,
} from "./postgres/server.ts";
export {
  identify,
  identifySelf,
  isAlive,
  type ProcessIdentity,
  signal,
} from "./process/identity.ts";
export { freePort, requireFreePort } from "./process/port-holder.ts";
export { waitUntil } from "./process/wait-until.ts";
export { attachStack } from "./stack/attach-stack.ts";
export type { Stack, StackRole } from "./stack/stack.ts";
export { type StartOptions, startStack } from "./stack/start-stack.ts";
export { type DownOptions, down, type UpOptions, up } from "./stack/up-down.ts";
export { PORT_SETTINGS, readConfig, type StackConfig } from "./state/config.ts";
export { readJson, writeJson } from "./state/json-file.ts";
export {
  ensureStateDir,
  REPOSITORY,
  resolveDataHome,
  resolveStateDir,
} from "./state/paths.ts";
export {
  LOGIN_ROLES,
  type LoginRole,
  loadSecrets,
  type Secrets,
} from "./state/secrets.ts";
export { readStack, type StackRecord } from "./state/stack-file.ts";
export {
  LOCAL_USERS,
  type LocalUser,
  type LocalUserName,
  type LocalUsers,
  loadUsers,
  type MemberRole,
  readUsers,
  usersFile,
} from "./users/local-users.ts";
export {
  type AuthUser,
  createAuthUser,
  seedUsers,
} from "./users/seed-users.ts";
