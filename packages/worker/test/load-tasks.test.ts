import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { defineTask, describeKinds, loadTasks } from "../src/index.ts";

// Beside the sources, so that the files can import zod.
let folder: string;
beforeEach(async () => {
  await mkdir(join(import.meta.dirname, ".tmp"), { recursive: true });
  folder = await mkdtemp(join(import.meta.dirname, ".tmp", "tasks-"));
});
afterEach(() => rm(join(import.meta.dirname, ".tmp"), { recursive: true, force: true }));

const file = (kinds: string[]) => `
import { z } from "zod";
export default [${kinds.map((kind) => `{ kind: "${kind}", payload: z.object({}), run() {} }`).join(", ")}];
`;

describe("loadTasks", () => {
  it("loads every task file and leaves tests and other files alone", async () => {
    await writeFile(join(folder, "a.ts"), file(["alpha"]));
    await writeFile(join(folder, "b.mjs"), file(["beta", "gamma"]));
    await writeFile(join(folder, "a.test.ts"), "throw new Error('loaded a test')");
    await writeFile(join(folder, "notes.md"), "not a task");
    expect((await loadTasks(folder)).map((task) => task.kind)).toEqual(["alpha", "beta", "gamma"]);
  });

  it("names both files when a kind is defined twice", async () => {
    await writeFile(join(folder, "first.ts"), file(["same"]));
    await writeFile(join(folder, "second.ts"), file(["same"]));
    const failure = loadTasks(folder);
    await expect(failure).rejects.toThrow(/"same" is defined twice/);
    await expect(failure).rejects.toThrow(/first\.ts.*second\.ts/);
  });

  it("names the file that exports no task, and the one that cannot be loaded", async () => {
    await writeFile(join(folder, "empty.ts"), "export const nothing = 1;");
    await expect(loadTasks(folder)).rejects.toThrow(/empty\.ts must export a task by default/);
    await rm(join(folder, "empty.ts"));
    await writeFile(join(folder, "broken.ts"), "throw new Error('boom at import');");
    await expect(loadTasks(folder)).rejects.toThrow(/broken\.ts cannot be loaded: boom at import/);
  });

  it("says which folder cannot be read", async () => {
    await expect(loadTasks(join(folder, "absent"))).rejects.toThrow(/tasks folder .*absent cannot be read/);
  });
});

describe("defineTask", () => {
  it("refuses a kind that is not a name and a payload that is not a schema", () => {
    const run = () => undefined;
    expect(() => defineTask({ kind: "Send mail!", payload: z.object({}), run })).toThrow(
      /kind "Send mail!" is not a name/,
    );
    expect(() => defineTask({ kind: "x", payload: {} as z.ZodType, run })).toThrow(/must be a zod schema/);
  });

  it("tells the database the payload's shape, also when JSON Schema cannot say all of it", () => {
    const task = defineTask({
      kind: "x",
      payload: z.object({ at: z.date().optional(), n: z.number() }),
      run: () => undefined,
    });
    const [kind] = describeKinds([task]);
    expect(kind?.payload_schema).toMatchObject({
      type: "object",
      required: ["n"],
      properties: { n: { type: "number" } },
    });
  });
});
