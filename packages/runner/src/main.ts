// The process that owns one command: `node main.ts RUN_DIRECTORY`, handed its credentials over a pipe (launchRunner).
//
// Signals are taken before anything else is loaded: SIGUSR2 would otherwise kill a runner that is just starting. SIGHUP is
// ignored, because a runner outlives the terminal of the worker that launched it.
const early: NodeJS.Signals[] = [];
let onSignal = (signal: NodeJS.Signals): void => {
  early.push(signal);
};
for (const signal of ["SIGHUP", "SIGUSR2", "SIGTERM", "SIGINT"] as const) process.on(signal, () => onSignal(signal));

// Called once by `warmRunner`: everything a run will load is compiled now, and kept.
if (process.argv[2] === "--warm") {
  await Promise.all([import("./run/start-run.ts"), import("pg")]);
  process.exit();
}

const { runDirectoryOf, startRun } = await import("./run/start-run.ts");

const run = await startRun(runDirectoryOf(process.argv[2]), process.env);
if (run) {
  onSignal = (signal) => run.onSignal(signal);
  for (const signal of early) onSignal(signal);
  process.on("uncaughtException", (error) => run.abandon(error));
  process.exitCode = (await run.run()) === "delivered" ? 0 : 3;
} else {
  process.exitCode = 2;
}
// Whatever is still open (a pipe that an escaped process holds) must not keep the runner alive.
process.exit();
