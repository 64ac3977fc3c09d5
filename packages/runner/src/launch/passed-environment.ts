import { baseNames, forbiddenNames } from "../command/environment.ts";

type Environment = Readonly<Record<string, string | undefined>>;

const prefix = "HOLDFAST_PASS_";
// Where the runner finds the certificates of the database; how it logs in is no matter of the environment.
const ownNames = /^(NODE_EXTRA_CA_CERTS|SSL_CERT_FILE|SSL_CERT_DIR)$/;

/**
 * The environment of a runner process. The variables that the command is to receive travel under a prefix: as they are,
 * a listed NODE_OPTIONS or PGPASSWORD would change the runner itself. Everything else is left out: a command can read the
 * environment its runner was started with, which therefore holds no secret that the command may not see.
 */
export function packEnvironment(environment: Environment, listed: readonly string[]): Record<string, string> {
  const packed: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value === undefined) continue;
    if ((baseNames as readonly string[]).includes(name) || ownNames.test(name)) packed[name] = value;
    if (listed.includes(name) && !forbiddenNames.has(name)) packed[prefix + name] = value;
  }
  return packed;
}

/** Undoes {@link packEnvironment}: the variables from which the command's environment is taken, under their own names. */
export function unpackEnvironment(environment: Environment): Record<string, string> {
  const unpacked: Record<string, string> = {};
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && !name.startsWith(prefix)) unpacked[name] = value;
  }
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && name.startsWith(prefix)) unpacked[name.slice(prefix.length)] = value;
  }
  return unpacked;
}
