import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

const PLACES = [
  process.env.HOLDFAST_BROWSER,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** The Chromium of this machine, if it has one. `HOLDFAST_BROWSER` names another. */
export function findBrowser(): string | undefined {
  return PLACES.find((place) => place !== undefined && existsSync(place));
}

/**
 * Installs Chromium with apt where that can be done without asking anybody. Without a browser the journeys are skipped, with
 * a line that says so; in CI they fail.
 */
export function installBrowser(): void {
  if (findBrowser() !== undefined) return;
  const root = process.getuid?.() === 0;
  if (!root || spawnSync("apt-get", ["--version"]).status !== 0) return;
  console.error("Installing chromium for the browser journeys (apt-get, once) …");
  const run = (...args: string[]) =>
    spawnSync("apt-get", args, { encoding: "utf8", env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" } });
  const install = () => run("install", "-y", "--no-install-recommends", "chromium");
  let last = install();
  if (last.status !== 0) {
    run("update");
    last = install();
  }
  if (last.status !== 0) console.error(`${last.stdout}${last.stderr}\nchromium could not be installed`);
}
