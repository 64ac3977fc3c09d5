import { join } from "node:path";
import { pino } from "pino";
import { LocalStackError, startStack } from "../src/index.ts";

// The process behind `holdfast up`: runs the local stack until SIGINT, SIGTERM or SIGHUP. State folder and ports come from
// HOLDFAST_STATE, HOLDFAST_API_PORT, HOLDFAST_DB_PORT and supabase/config.toml.

const stop = new AbortController();
for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => stop.abort());

try {
  const log = pino({ name: "stack", base: null });
  const stack = await startStack({ log, onProgress: (line) => log.info(line) });
  if (stack.attached) {
    log.info(`already running at ${stack.apiUrl} (state in ${stack.stateDir})`);
  } else {
    log.info({ api: stack.apiUrl, dbPort: stack.dbPort, state: join(stack.stateDir) }, "ready");
    if (!stop.signal.aborted) {
      const alive = setInterval(() => {}, 60_000);
      await new Promise((done) => stop.signal.addEventListener("abort", done, { once: true }));
      clearInterval(alive);
    }
    await stack.stop();
    log.info("stopped");
  }
} catch (error) {
  console.error(`error: ${error instanceof LocalStackError ? error.message : (error as Error).stack}`);
  process.exitCode = error instanceof LocalStackError ? error.exitCode : 1;
}
