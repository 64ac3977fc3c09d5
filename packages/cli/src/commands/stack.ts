import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Stack } from "@holdfast/local/attach";
import { addCommand, onCall, type Program } from "../command.ts";
import { type Context, note, print, printJson } from "../context.ts";

/** `holdfast up` and `holdfast down`: the local Supabase, in a process of its own. */
export function addStack(program: Program): void {
  const up = addCommand(
    program,
    "up",
    "Start the local stack (Postgres, Data API, Auth) in the background, or attach to it",
    ["holdfast up", "HOLDFAST_API_PORT=54421 HOLDFAST_DB_PORT=54422 HOLDFAST_STATE=.holdfast-2 holdfast up"],
  );
  onCall(program, up, async (context) => {
    const local = await import("@holdfast/local/attach");
    const stack = await local.up({ detach: true, onProgress: (line) => note(context, line) });
    await using _ = stack;
    show(context, stack);
  });

  const down = addCommand(program, "down", "End the local stack", ["holdfast down", "holdfast down --reset"]).option(
    "--reset",
    "also throw away its database, secrets, users, sessions and logs",
  );
  onCall<{ reset?: boolean }>(program, down, async (context, { reset }) => {
    const local = await import("@holdfast/local/attach");
    const ran = await local.down({ reset: reset ?? false });
    if (context.json) printJson(context, { stopped: ran, reset: reset ?? false });
    else if (reset) {
      const runs = join(local.resolveStateDir(), "runs");
      const kept = existsSync(runs) ? `; the run directories in ${runs} stay: remove them by hand` : "";
      print(context, `the local stack is down, and its data is gone${kept}`);
    } else print(context, ran ? "the local stack is down; its data stays" : "no local stack was running");
  });
}

function show(context: Context, stack: Stack): void {
  if (context.json) {
    printJson(context, {
      url: stack.apiUrl,
      publishable_key: stack.publishableKey,
      database_port: stack.dbPort,
      state: stack.stateDir,
      first_start: stack.firstStart,
      users: Object.fromEntries(Object.entries(stack.users).map(([name, user]) => [name, user.email])),
    });
    return;
  }
  print(context, [
    `the local stack is up: Data API ${stack.apiUrl}, Postgres on port ${stack.dbPort}`,
    ...(stack.firstStart ? passwords(stack) : []),
    "next: holdfast worker   (in a second terminal; jobs run only while a worker does)",
  ]);
}

/** The generated passwords of the local people, for the one time they are shown. */
export function passwords(stack: Stack): string[] {
  const width = Math.max(...Object.values(stack.users).map((user) => user.email.length));
  return [
    "local people (shown this once; kept in users.json in the state folder, readable by you alone):",
    ...Object.values(stack.users).map((user) => `  ${user.email.padEnd(width)}  ${user.password}  ${user.role}`),
  ];
}
