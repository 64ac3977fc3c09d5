import { enqueue } from "@holdfast/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Governed } from "./support/governed.ts";
import { firstFault } from "./support/verify-export.ts";

let house: Governed;
const seal = () => house.pool().query("select holdfast_ledger.seal()");

beforeAll(async () => {
  house = await Governed.open();
  for (let round = 0; round < 3; round++) {
    for (let n = 0; n < 5; n++) await enqueue(house.database, { payload: { text: 'ümläut "\u{1f600}" \\' } });
    await seal();
  }
  await enqueue(house.database); // not sealed yet
});
afterAll(() => house?.[Symbol.asyncDispose]());

async function exported(): Promise<string[]> {
  const { exitCode, stdout } = await house.run(["ledger", "export"]);
  expect(exitCode).toBe(0);
  return stdout.trimEnd().split("\n");
}

/** Changes the record as only somebody with the server in their hands can. */
async function tamper(statement: string): Promise<void> {
  await house.pool("supabase_admin").query(`begin; set local session_replication_role = replica; ${statement}; commit`);
}

describe("ledger anchor", () => {
  test("prints the newest seal's number, hash and time", async () => {
    const { stdout, exitCode } = await house.run(["ledger", "anchor"]);
    expect(exitCode).toBe(0);
    const [row] = await house.rows(
      "select seal, encode(hash, 'hex') as hash from holdfast_ledger.seals order by seal desc limit 1",
    );
    expect(stdout).toMatch(new RegExp(`^seal ${row?.seal} {2}${row?.hash} {2}\\d{4}-.*Z\\n$`));
    const json = await house.run(["ledger", "anchor", "--json"]);
    expect(JSON.parse(json.stdout)).toMatchObject(row ?? {});
  });
});

describe("ledger export", () => {
  test("holds every event and every seal, and a stranger can verify it with sha-256 alone", async () => {
    const lines = await exported();
    const records = lines.map((line) => JSON.parse(line));
    const [counts] = await house.rows(
      "select (select count(*) from holdfast_ledger.events) as events, (select count(*) from holdfast_ledger.seals) as seals",
    );
    expect(records.filter(({ type }) => type === "event")).toHaveLength(Number(counts?.events));
    expect(records.filter(({ type }) => type === "seal")).toHaveLength(Number(counts?.seals));
    expect(firstFault(lines)).toBeUndefined();
  });

  test("shows what is done to it: a word changed, a line dropped, a seal dropped", async () => {
    const lines = await exported();
    const event = lines.findIndex((line) => line.includes("job.enqueued"));
    const changed = lines.with(event, (lines[event] as string).replaceAll("job.enqueued", "job.imagined"));
    expect(firstFault(changed)).toMatch(/^seal \d+: root$/);
    expect(firstFault(lines.toSpliced(event, 1))).toMatch(/an event is missing$/);
    const second = lines.findIndex((line) => line.includes('"type":"seal","seal":2,'));
    expect(firstFault(lines.toSpliced(second, 1))).toBe("seal 3: chain");
  });
});

describe("ledger verify", () => {
  test("says OK with counts, and ends with 0, while the record is whole", async () => {
    const { exitCode, stdout } = await house.run(["ledger", "verify"]);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^OK: \d+ events under \d+ seals are whole; [1-9]\d* not sealed yet\n$/);
    const json = await house.run(["ledger", "verify", "--json"]);
    expect(JSON.parse(json.stdout)).toMatchObject({ ok: true, faults: [] });
  });

  test("names each fault and ends with 1: an event altered, one deleted, a seal forged", async () => {
    const [altered, deleted] = await house.rows(
      "select seq from holdfast_ledger.events where action = 'job.enqueued' order by seq limit 2",
    );
    await tamper(`update holdfast_ledger.events set actor = 'nobody' where seq = ${altered?.seq}`);
    await tamper(`delete from holdfast_ledger.events where seq = ${deleted?.seq}`);
    await tamper("update holdfast_ledger.seals set sealed_at = sealed_at + interval '1 second' where seal = 3");
    const { exitCode, stdout, stderr } = await house.run(["ledger", "verify"]);
    expect(exitCode).toBe(1);
    expect(stdout).toMatch(new RegExp(`seal \\d+, event ${altered?.seq}: event altered\n`));
    expect(stdout).toMatch(new RegExp(`seal \\d+, event ${deleted?.seq}: event deleted\n`));
    expect(stdout).toContain("seal 3: the seal itself was altered\n");
    expect(stderr).toBe("3 faults: the record was changed behind its back\n");
    expect(JSON.parse((await house.run(["ledger", "verify", "--json"])).stdout).faults).toHaveLength(3);
  });

  test("ends with 3 when the database cannot be reached, and with 2 for an address that is none", async () => {
    const away = await house.run(["ledger", "verify"], {
      HOLDFAST_DATABASE_URL: "postgres://postgres:x@127.0.0.1:1/postgres",
    });
    expect(away).toMatchObject({ exitCode: 3, stdout: "" });
    expect((await house.run(["ledger", "verify", "--database-url", "nonsense"])).exitCode).toBe(2);
  });
});
