import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

test("@holdfast/local/attach loads neither the Data API nor Postgres clients nor the migrations", () => {
  const script = `
    import { registerHooks } from "node:module";
    const loaded = [];
    registerHooks({ resolve(name, context, next) { loaded.push(name); return next(name, context); } });
    await import("@holdfast/local/attach");
    console.log(JSON.stringify(loaded.filter((name) => !/^(node:|\\.)/.test(name))));`;
  const printed = execFileSync(process.execPath, ["--input-type=module", "--eval", script], {
    cwd: import.meta.dirname,
    encoding: "utf8",
  });
  const loaded = JSON.parse(printed) as string[];
  expect(loaded).toContain("@holdfast/local/attach");
  expect(loaded).toContain("zod");
  expect(loaded.filter((name) => /supabase|postgres|^pg$|graphile|@holdfast\/db|pino/.test(name))).toEqual([]);
});
