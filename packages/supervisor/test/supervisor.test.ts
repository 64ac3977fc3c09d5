import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createTestDatabase, type TestDatabase } from "@holdfast/testing";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startSupervisor } from "../src/index.ts";

const entry = join(import.meta.dirname, "support", "supervisor-process.ts");
const logger = pino({ level: "silent" });
const started: ChildProcess[] = [];
let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(async () => {
  for (const child of started) child.kill("SIGKILL");
  await database?.drop();
});

async function until<T>(what: string, fact: () => Promise<T>, within = 15_000): Promise<NonNullable<T>> {
  const deadline = Date.now() + within;
  for (;;) {
    const seen = await fact();
    if (seen) return seen as NonNullable<T>;
    if (Date.now() > deadline) throw new Error(`not within ${within} ms: ${what}`);
    await delay(20);
  }
}

function supervisorProcess(name: string): ChildProcess {
  const env = { ...process.env, HOLDFAST_DATABASE_URL: database.url("holdfast_worker") };
  const child = spawn(process.execPath, [entry, name], { env, stdio: ["ignore", "inherit", "inherit"] });
  started.push(child);
  return child;
}

async function leader(): Promise<string | undefined> {
  const { rows } = await database.pool().query("select holder from holdfast.leaders where expires_at > now()");
  return rows[0]?.holder;
}

const leads = (name: string, within?: number) => until(`${name} leads`, async () => (await leader()) === name, within);

describe("a supervisor", () => {
  it("does every duty once when it begins to lead, and the frequent ones again and again", async () => {
    const supervisor = startSupervisor({ databaseUrl: database.url("holdfast_worker"), logger, name: "alone" });
    const duties = async () => (await database.pool().query("select * from holdfast.duties")).rows;
    await until("every duty has succeeded", async () => (await duties()).every((duty) => duty.last_succeeded_at));
    const promoted = async () => (await duties()).find((duty) => duty.name === "promote").last_succeeded_at.getTime();
    const first = await promoted();
    await until("promote has been done again", async () => (await promoted()) > first, 3_000);
    expect(supervisor.leading).toBe(true);
    await supervisor.stop();
    expect(supervisor.leading).toBe(false);
    expect(await leader()).toBeUndefined();
  });

  it("promotes a job when it is due, not up to a second later", async () => {
    await using supervisor = startSupervisor({ databaseUrl: database.url("holdfast_worker"), logger, name: "precise" });
    await leads("precise");
    await database.pool().query(`select holdfast_private.register_kinds('[{"name":"later","payload_schema":null}]')`);
    const lateness: number[] = [];
    for (let round = 0; round < 4; round++) {
      const { rows } = await database
        .pool()
        .query(
          "select id, run_at from holdfast.enqueue('local', 'later', '{}', jsonb_build_object('run_at', clock_timestamp() + interval '1.3 s'))",
        );
      const { id, run_at } = rows[0];
      const job = await until("it is dispatched", async () => {
        const found = await database.pool().query("select dispatched_at from holdfast.jobs where id = $1", [id]);
        return found.rows[0].dispatched_at as Date | null;
      });
      lateness.push(job.getTime() - run_at.getTime());
    }
    // By the regular duty alone the median would be half a second.
    expect(lateness.sort((a, b) => a - b)[1]).toBeLessThan(200);
    expect(lateness.every((late) => late >= 0)).toBe(true);
    expect(supervisor.leading).toBe(true);
  });

  it("stands by while another leads, and takes over within the lease's life when that one is killed", async () => {
    const first = supervisorProcess("first");
    await leads("first");
    const second = supervisorProcess("second");
    await delay(2_500); // a standby asks every 2 s: long enough to have asked and been refused
    expect(await leader()).toBe("first");
    first.kill("SIGKILL");
    const killed = performance.now();
    await leads("second", 10_000);
    expect(performance.now() - killed).toBeLessThan(10_000);
    const { rows } = await database.pool().query("select done_by from holdfast.duties where name = 'promote'");
    await until(
      "the second does the duties",
      async () => rows[0].done_by === "second" || (await doneBy()) === "second",
    );
    second.kill("SIGTERM");
    await once(second, "exit");
    expect(await leader()).toBeUndefined();
  });

  it("that was cut off from the database leads again when the connection is back", async () => {
    await using supervisor = startSupervisor({ databaseUrl: database.url("holdfast_worker"), logger, name: "cut off" });
    await leads("cut off");
    await database
      .pool("supabase_admin")
      .query(
        "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and usename = 'holdfast_worker'",
      );
    const { rows } = await database.pool().query("select clock_timestamp() as at");
    await until("its duties go on", async () => {
      const { rows: found } = await database
        .pool()
        .query("select last_succeeded_at > $1 as since from holdfast.duties where name = 'promote'", [rows[0].at]);
      return found[0].since;
    });
    expect(supervisor.leading).toBe(true);
  });

  it("says that it stands by, and for whom", async () => {
    await using _ = startSupervisor({ databaseUrl: database.url("holdfast_worker"), logger, name: "leader" });
    await leads("leader");
    await until("it has done a duty", async () => (await doneBy()) === "leader");
    const said = capture();
    await using _standby = startSupervisor({ databaseUrl: database.url("holdfast_worker"), ...said, name: "standby" });
    await until("the standby has said so", async () =>
      said.lines.find((line) => line.includes("standing by for leader")),
    );
  });

  it("says that the database is away, and why", async () => {
    const said = capture();
    await using _ = startSupervisor({ databaseUrl: "postgres://u:p@127.0.0.1:9/postgres", ...said });
    const line = await until("it has warned", async () =>
      said.lines.find((each) => each.includes("could not be renewed")),
    );
    expect(JSON.parse(line)).toMatchObject({
      level: 40,
      msg: expect.stringContaining("nothing listens at 127.0.0.1:9"),
    });
  });

  it("refuses a transaction pooler's port", () => {
    expect(() => startSupervisor({ databaseUrl: "postgres://u:p@db.example:6543/postgres", logger })).toThrow(
      /transaction pooler/,
    );
  });
});

/** A logger, and every line that it was given. */
function capture() {
  const lines: string[] = [];
  return { lines, logger: pino({ level: "info" }, { write: (line: string) => void lines.push(line) }) };
}

async function doneBy(): Promise<string> {
  const { rows } = await database.pool().query("select done_by from holdfast.duties where name = 'promote'");
  return rows[0].done_by;
}
