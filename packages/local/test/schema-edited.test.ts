import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { expect, test } from "vitest";
import { privateState } from "./support/private-state.ts";

test("a database made by other chapters is refused in two lines: what is wrong, and what to do", async () => {
  await using state = await privateState();
  const made = await state.start();
  const admin = new pg.Client({ connectionString: made.databaseUrl("supabase_admin") });
  await admin.connect();
  await admin.query("update holdfast_private.schema_versions set digest = 'of other chapters'");
  await admin.end();
  await made.stop();

  const env = {
    ...process.env,
    HOLDFAST_STATE: state.stateDir,
    HOLDFAST_DB_PORT: `${state.dbPort}`,
    HOLDFAST_API_PORT: `${state.apiPort}`,
  };
  const entry = join(import.meta.dirname, "../bin/stack.ts");
  const child = spawn(process.execPath, [entry], { env, stdio: ["ignore", "ignore", "pipe"] });
  let printed = "";
  child.stderr.setEncoding("utf8").on("data", (part: string) => {
    printed += part;
  });
  const [code] = await once(child, "close");
  expect(code).toBe(1);
  expect(printed).toMatch(/^error: the chapters [^\n]+\n {2}do: [^\n]*`holdfast down --reset`[^\n]*\n$/);

  await expect(state.startDetached()).rejects.toMatchObject({
    rule: "local.start_failed",
    message: expect.stringContaining("cannot be applied twice"),
    remedy: expect.stringContaining("holdfast down --reset"),
  });
  expect(readFileSync(join(state.stateDir, "logs/stack.log"), "utf8")).not.toMatch(/^\s+at /m);
});
