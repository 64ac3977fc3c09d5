import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { redactConnectionUrl } from "../connection/connection-url.ts";

/** `supabase db push` ended with an error; `message` holds all that it printed. */
export class PushError extends Error {
  override readonly name = "PushError";
}

/** Options of {@link pushChapters}. */
export interface PushOptions {
  /** The `supabase` folder that holds `migrations/` and `config.toml`. */
  directory: string;
  /** Also run the seed files that config.toml names. Default: false. */
  seed?: boolean;
}

/**
 * Applies the chapters that a database does not have yet, through the supabase CLI: the tool and the history table
 * (`supabase_migrations.schema_migrations`) are the ones a hosted project uses.
 *
 * @returns what the CLI printed
 * @throws {PushError} with everything the CLI printed, the password removed
 */
export async function pushChapters(url: string, options: PushOptions): Promise<string> {
  const args = [supabaseCli(), "db", "push", `--remote=${url}`, "--workdir", dirname(options.directory)];
  args.push("--yes", "--skip-vault", "--agent", "no");
  if (options.seed) args.push("--include-seed");
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      DO_NOT_TRACK: "1",
      SUPABASE_TELEMETRY_DISABLED: "1",
      NO_COLOR: "1",
    },
  });
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
  });
  const code = await new Promise<number | null>((done, failed) => {
    child.once("error", failed);
    child.once("close", done);
  });
  const shown = printed.replaceAll(url, redactConnectionUrl(url)).trim();
  if (code !== 0) throw new PushError(`supabase db push failed (exit code ${code}):\n${shown}`);
  return shown;
}

function supabaseCli(): string {
  const manifest = createRequire(import.meta.url).resolve("supabase/package.json");
  const { bin } = JSON.parse(readFileSync(manifest, "utf8")) as {
    bin: { supabase: string };
  };
  return resolve(join(dirname(manifest), bin.supabase));
}
