import { Console } from "node:console";
import { createDataApi, type LiteApi } from "../src/api/lite-app.ts";
import { type ApiSettings, DATABASE_LOST, type FromDataApi, type ToDataApi } from "../src/api/protocol.ts";
import { type DatabaseWatch, watchDatabase } from "../src/api/watch-database.ts";

// The process that serves the Data API and Auth of one stack, over its channel to the stack's process; it has no other
// door. A process of its own, because the Postgres client that lite uses (postgres 3.4.8) throws outside of any promise
// when the server goes away under load, and its connections may hang ever after. So this process does not outlive its
// database: it ends, and the stack starts another.

// Lite prints every error that a request ends with, also the ordinary refusals. stderr is for what nobody expects.
globalThis.console = new Console(process.stdout, process.stdout);

let open: Promise<{ api: LiteApi; watch: DatabaseWatch }> | undefined;

process.on("disconnect", () => process.exit(0)); // the stack's process is gone, however it ended
process.on("uncaughtException", (error) => {
  process.stderr.write(`${error.stack}\n`);
  // Most likely the first sign that the database went away, which is what to report then.
  void open?.then(({ watch }) => watch.check()).then(() => process.exit(1));
  setTimeout(() => process.exit(1), 1_000);
});
process.on("message", (message: ToDataApi) => {
  if (message.say === "open") open = openApi(message.settings);
  else void answer(message);
});

async function openApi(settings: ApiSettings): Promise<{ api: LiteApi; watch: DatabaseWatch }> {
  const watch = await watchDatabase(
    settings.databaseUrl,
    (why) => tell({ say: "waiting", why }),
    () => process.exit(DATABASE_LOST),
  );
  const api = createDataApi(settings);
  tell({ say: "ready" });
  return { api, watch };
}

async function answer({ id, request }: Extract<ToDataApi, { say: "ask" }>): Promise<void> {
  if (!open) throw new Error("asked before it was opened");
  const { api, watch } = await open;
  let message: FromDataApi;
  try {
    message = { say: "answer", id, answer: await api.answer(request) };
  } catch (error) {
    message = { say: "failed", id, why: (error as Error).stack ?? String(error) };
  }
  // A refusal may be the first sign that the database went away: then this process ends and the stack says so instead.
  if (message.say === "failed" || message.answer.status >= 400) await watch.check();
  tell(message);
}

function tell(message: FromDataApi): void {
  // Without a callback a channel that just closed would be an uncaught error; `disconnect` says the same.
  process.send?.(message, undefined, {}, () => {});
}
