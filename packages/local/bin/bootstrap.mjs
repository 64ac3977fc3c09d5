// Runs on the host's own Node (>= 20) in a bare clone, so: plain JavaScript, no dependencies.
// Installs what is missing, then hands over to the pinned Node 24, which runs the TypeScript sources directly.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const PNPM = "pnpm@12.21.0";
const REPOSITORY = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");
const MODULES = join(REPOSITORY, "node_modules");
const NODE = join(MODULES, "node/bin/node");
const STAMP = join(MODULES, ".holdfast-installed");

/**
 * Runs a TypeScript entry of this repository with everything it needs, and ends with its exit code.
 *
 * @param {string} entry path relative to the repository
 * @param {string[]} args passed through
 */
export async function run(entry, args) {
  requireNode();
  install();
  const path = [dirname(NODE), join(MODULES, ".bin"), process.env.PATH].join(delimiter);
  const child = spawn(NODE, [join(REPOSITORY, entry), ...args], {
    stdio: "inherit",
    env: { ...process.env, PATH: path },
  });
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(name, () => {
      // A terminal's Ctrl-C reaches the child by itself; sent on as well it would look like a second Ctrl-C.
      if (name !== "SIGINT" || !process.stdin.isTTY) child.kill(name);
    });
  }
  const [code, signal] = await new Promise((done, failed) => {
    child.once("error", failed);
    child.once("close", (...ended) => done(ended));
  });
  process.exitCode = signal ? 128 + constants.signals[signal] : code;
}

function requireNode() {
  const major = Number(process.versions.node.split(".")[0]);
  if (major >= 20) return;
  console.error(`error: Node ${process.versions.node} is too old\n  do: install Node 20 or newer (https://nodejs.org)`);
  process.exit(2);
}

function install() {
  const wanted = createHash("sha256")
    .update(readFileSync(join(REPOSITORY, "pnpm-lock.yaml")))
    .digest("hex");
  if (existsSync(STAMP) && readFileSync(STAMP, "utf8").trim() === wanted && isComplete()) return;
  console.error(existsSync(MODULES) ? "Updating dependencies …" : "Installing dependencies (once, about a minute) …");
  const ran = spawnSync("npx", ["-y", PNPM, "install", "--frozen-lockfile"], {
    cwd: REPOSITORY,
    encoding: "utf8",
    // Without a terminal to ask, pnpm gives up where it would ask a question; CI makes it take the default.
    env: { ...process.env, CI: "true" },
    maxBuffer: 64 * 1024 * 1024,
  });
  if (ran.status !== 0 || !existsSync(NODE)) {
    console.error(`${ran.stdout ?? ""}${ran.stderr ?? ""}${ran.error?.message ?? ""}`.trim());
    console.error(`error: the dependencies could not be installed (npx -y ${PNPM} install --frozen-lockfile)`);
    console.error("  do: check the network and the free disk space, then run the same command again");
    process.exit(3);
  }
  writeFileSync(STAMP, `${wanted}\n`);
}

/** Whether the pinned Node is there, and the node_modules of every workspace package that has dependencies. */
function isComplete() {
  if (!existsSync(NODE)) return false;
  const folders = ["packages", "apps"].flatMap((parent) =>
    readdirSync(join(REPOSITORY, parent)).map((name) => join(REPOSITORY, parent, name)),
  );
  return folders.every((folder) => {
    const manifest = join(folder, "package.json");
    if (!existsSync(manifest) || existsSync(join(folder, "node_modules"))) return true;
    const { dependencies, devDependencies } = JSON.parse(readFileSync(manifest, "utf8"));
    return Object.keys({ ...dependencies, ...devDependencies }).length === 0;
  });
}
