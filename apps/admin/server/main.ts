import "./production.ts";
import { pino } from "pino";
import { startAdminServer } from "./admin-server.ts";
import { build } from "./build.ts";
import { readSettings, SettingsError } from "./settings.ts";

// The admin app as a process: HOLDFAST_URL and HOLDFAST_KEY (the publishable key), and nothing else that matters.

// Started by somebody who is gone: nobody would end it any more.
if (process.send) process.once("disconnect", () => process.exit(0));

const level = process.env.HOLDFAST_LOG_LEVEL ?? "info";
try {
  const log = pino({ name: "admin", base: null, level });
  const settings = readSettings(process.env);
  const built = await build();
  if (built.made) log.info("built");
  const server = await startAdminServer(settings, built, log);
  log.info({ project: settings.url, listens: server.listens }, `listening at ${server.url}`);
  process.send?.({ url: server.url });
  const stop = async (signal: string) => {
    log.info(`${signal}: stopping`);
    await server[Symbol.asyncDispose]();
    process.exit(0);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, () => void stop(signal));
} catch (error) {
  if (error instanceof SettingsError) {
    console.error(`error: ${error.message}\n  do: set the variable and start again; see apps/admin/README.md`);
    process.exit(2);
  }
  if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") {
    console.error(`error: ${(error as Error).message}\n  do: end what listens there, or set HOLDFAST_ADMIN_PORT`);
    process.exit(2);
  }
  throw error;
}
