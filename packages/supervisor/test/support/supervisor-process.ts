import { pino } from "pino";
import { startSupervisor } from "../../src/index.ts";

const [name = "?"] = process.argv.slice(2);
const supervisor = startSupervisor({
  databaseUrl: process.env.HOLDFAST_DATABASE_URL ?? "",
  name,
  logger: pino({ level: process.env.HOLDFAST_LOG_LEVEL ?? "silent" }),
});
process.on("SIGTERM", () => void supervisor.stop().then(() => process.exit(0)));
