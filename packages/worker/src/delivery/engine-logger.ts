import { Logger as EngineLogger } from "graphile-worker";
import type { Logger } from "pino";

// Normal in the life of a worker of ours, and said better by our own lines.
const EXPECTED =
  /maxPoolSize|batch size|idle client generated error|active client generated error|Failed task|Worker exited/;

/** Sends graphile-worker's log lines to pino, its chatter at `debug`. */
export function engineLogger(logger: Logger): EngineLogger {
  const engine = logger.child({ part: "graphile-worker" });
  return new EngineLogger(() => (level, message, meta) => {
    const err = meta.error;
    const fields = err === undefined ? {} : { err };
    if (level === "debug") engine.trace(fields, message);
    else if (level === "info" || EXPECTED.test(message)) engine.debug(fields, message);
    else engine.warn(fields, message);
  });
}
