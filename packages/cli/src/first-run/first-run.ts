import { join } from "node:path";
import { exitCodeOf, formatError } from "../cli-error.ts";
import { paint } from "../terminal/paint.ts";
import { AdminProcess } from "./admin-process.ts";
import { endHouse, forceEnd } from "./end-house.ts";
import { FirstRunError } from "./first-run-error.ts";
import { type Happened, happenedTable } from "./happened.ts";
import { Interrupt } from "./interrupt.ts";
import { type House, openHouse, openStack, type Ports } from "./open-house.ts";
import { proveSurvival } from "./prove-survival.ts";
import { runCommand } from "./run-command.ts";
import { runFunction } from "./run-function.ts";
import { Screen } from "./screen.ts";
import { settle, stayUp } from "./stay-up.ts";

/** How the first run goes. */
export interface FirstRunOptions extends Ports {
  /** End after the three jobs. */
  once: boolean;
}

/** Exit code after Ctrl-C, as a shell gives it. */
const INTERRUPTED = 130;

/** Everything that `npm start` shows. Returns the exit code: 0 only if every part held and, with `once`, nothing is left. */
export async function firstRun(options: FirstRunOptions): Promise<number> {
  const screen = new Screen(process.stdout, process.env);
  const interrupt = new Interrupt();
  let house: House | undefined;
  // Until all of it has been shown, an interrupt is an end before the end.
  let exitCode = INTERRUPTED;
  try {
    screen.lines([paint("Holdfast: the first run", "bold", screen.colour)]);
    const stack = await openStack(screen, options);
    const opened = await openHouse(screen, stack);
    house = opened;
    interrupt.onForce = () => forceEnd(opened);
    const parts = await interrupt.race(showParts(opened, screen));
    await interrupt.race(showAdmin(opened, screen));
    showEnd(screen, opened, parts);
    exitCode = 0;
    if (!options.once) {
      await settle(screen, opened, interrupt);
      await stayUp(screen, opened, interrupt);
    }
  } catch (error) {
    if (!interrupt.asked) {
      exitCode = Math.max(1, exitCodeOf(error));
      screen.lines(["", formatError(error).trimEnd()]);
      if (house) {
        screen.lines([`  log: ${house.logFile}`, `  log: ${join(house.stack.stateDir, "logs", "postgres.log")}`]);
      }
    }
  }
  screen.stopProgress();
  const left = house ? await endHouse(screen, house, { commands: exitCode === 0 || interrupt.asked }) : [];
  interrupt.end();
  for (const each of left) process.stderr.write(`error: ${each} is still there\n  do: end it by its pid\n`);
  return left.length > 0 ? Math.max(1, exitCode) : exitCode;
}

async function showParts(house: House, screen: Screen): Promise<Happened[]> {
  return [await runFunction(house, screen), await runCommand(house, screen), await proveSurvival(house, screen)];
}

/** Starts the admin app over the same stack; somebody who is not signed in is asked to sign in. */
async function showAdmin(house: House, screen: Screen): Promise<void> {
  screen.title("4  The admin app");
  const began = performance.now();
  const admin = await AdminProcess.start(house.stack);
  house.admin = admin;
  const answer = await fetch(admin.url);
  if (!answer.ok || !answer.url.endsWith("/sign-in")) {
    throw new FirstRunError(
      `${admin.url} answered ${answer.status} at ${answer.url}`,
      "read logs/admin.log in the state folder",
    );
  }
  const { owner } = house.stack.users;
  screen.done(`${admin.url} answers; sign in as ${owner.email}, with its password from users.json`, began);
}

function showEnd(screen: Screen, { stack, admin }: House, parts: readonly Happened[]): void {
  const last = parts.at(-1)?.job.id;
  screen.title("What happened");
  screen.lines(happenedTable(screen, parts));
  screen.title("What to try next");
  const holdfast = "npm run -s holdfast --";
  screen.lines([
    `  ${holdfast} status                          what runs, what ended, what failed and why, what is next`,
    `  ${holdfast} run -- ls -l                    any command as a durable job; Ctrl-C leaves it running`,
    `  ${holdfast} job ${String(last).padEnd(28)}the whole story of one job`,
    `  ${holdfast} logs --job ${String(last).padEnd(21)}every line it printed`,
    `  ${holdfast} enqueue hello --payload '{"name": "you"}' --wait`,
    "",
    ...(admin ? [`  admin     ${admin.url}`] : []),
    `  Data API  ${stack.apiUrl}   key ${stack.publishableKey.slice(0, 20)}… (secrets.json)`,
    `  people    ${Object.values(stack.users)
      .map((user) => user.email)
      .join(", ")}`,
    `  passwords ${join(stack.stateDir, "users.json")}`,
  ]);
}
