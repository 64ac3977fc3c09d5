import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestDatabase, type TestDatabase } from "@holdfast/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { keepWorker } from "../src/index.ts";
import { jobsOf } from "./support/jobs.ts";
import { testLog } from "./support/test-log.ts";
import { until } from "./support/until.ts";

const entry = join(import.meta.dirname, "support", "kept-worker.ts");
let database: TestDatabase;
let jobs: ReturnType<typeof jobsOf>;
let folder: string;

beforeAll(async () => {
  database = await createTestDatabase();
  jobs = jobsOf(database);
  folder = await mkdtemp(join(tmpdir(), "holdfast-keeper-"));
});
afterAll(async () => {
  await database?.drop();
  await rm(folder, { recursive: true, force: true });
});

const env = () => ({ ...process.env, HOLDFAST_DATABASE_URL: database.url("holdfast_worker"), HOLDFAST_STATE: folder });
const workers = async () => (await database.pool().query("select * from holdfast.workers order by id")).rows;

describe("a kept worker", () => {
  it("that is killed is reported at once and started again, and its functions run again within 2 s", async () => {
    const log = testLog();
    const options = { entry, env: env(), databaseUrl: database.url("holdfast_worker"), logger: log.logger };
    await using kept = keepWorker(options);
    await until("the worker is registered", async () => (await workers()).length === 1);
    const ids = await Promise.all(Array.from({ length: 200 }, () => jobs.enqueue("hangs")));
    for (const id of ids) await jobs.inState(id, "running");

    process.kill(kept.pid as number, "SIGKILL");
    const killed = performance.now();
    for (const id of ids) expect(await jobs.ended(id)).toMatchObject({ state: "completed", attempt: 2 });
    expect(performance.now() - killed).toBeLessThan(2_000);

    const [first, second] = await workers();
    expect(first.ended_reason).toMatch(/^died: pid \d+ ended with SIGKILL/);
    expect(second.ended_at).toBeNull();
    expect((await jobs.runs(ids[0] as number)).map((run) => run.outcome)).toEqual(["lost", "completed"]);
    expect(await kept.stop()).toBe(0);
    expect((await workers())[1].ended_reason).toBe("retired");
  });

  it("that had to register again is reported under its new id", async () => {
    const log = testLog();
    const options = { entry, env: env(), databaseUrl: database.url("holdfast_worker"), logger: log.logger };
    await using kept = keepWorker(options);
    const [first] = await until("the worker is registered", async () => {
      const live = (await workers()).filter((row) => row.ended_at === null);
      return live.length === 1 ? live : undefined;
    });
    await database.pool().query("select holdfast_private.retire_worker($1)", [first.id]);
    const second = await until("it has registered again", async () =>
      // It has beaten as the new one: by then its keeper has been told.
      (await workers()).find((row) => row.id > first.id && row.pid === kept.pid && row.last_seen_at > row.started_at),
    );
    process.kill(kept.pid as number, "SIGKILL");
    // Which of the keeper and the next worker's host watch is first to end the row is a matter of luck.
    const report = await until("its death is reported", () => log.lines.find((line) => line.deadWorker !== undefined));
    expect(report.deadWorker).toBe(second.id);
    await kept.stop();
  });

  it("that cannot be cured by a new start ends its keeper with its exit code", async () => {
    const broken = join(folder, "broken.mjs");
    await writeFile(broken, "process.exit(2);");
    const kept = keepWorker({ entry: broken, databaseUrl: database.url("holdfast_worker"), logger: testLog().logger });
    expect(await kept.ended).toBe(2);
  });

  it("that dies again and again is started ever more slowly, and loudly", async () => {
    const dying = join(folder, "dying.mjs");
    await writeFile(dying, "process.exit(1);");
    const log = testLog();
    await using kept = keepWorker({ entry: dying, databaseUrl: database.url("holdfast_worker"), logger: log.logger });
    const deaths = () => log.lines.filter((line) => line.msg.startsWith("the worker died"));
    await until("it has died five times", () => deaths().length >= 5, 20_000);
    const pauses = deaths().map((line) => line.restartIn as number);
    expect(pauses.slice(0, 4)).toEqual([100, 200, 400, 800]);
    expect(deaths()[4]?.level).toBe(60);
    await kept.stop();
  });

  it("stops when its keeper is killed, so that two keepers never run two workers", async () => {
    const keeperScript = join(folder, "keeper.mts");
    const index = join(import.meta.dirname, "..", "src", "index.ts");
    await writeFile(
      keeperScript,
      `import { keepWorker } from ${JSON.stringify(index)};
       const silent = { error() {}, warn() {}, info() {}, debug() {}, fatal() {} };
       const kept = keepWorker({ entry: ${JSON.stringify(entry)}, databaseUrl: process.env.HOLDFAST_DATABASE_URL, logger: silent });
       console.log(kept.pid);
       process.kill(process.pid, "SIGKILL");`,
    );
    const { stdout } = spawnSync(process.execPath, [keeperScript], { env: env(), encoding: "utf8", timeout: 20_000 });
    const child = Number(stdout);
    expect(child).toBeGreaterThan(0);
    await until("the worker process is gone", () => {
      try {
        process.kill(child, 0);
        return false;
      } catch {
        return true;
      }
    });
  });
});
