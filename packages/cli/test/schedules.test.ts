import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Governed, refusal } from "./support/governed.ts";

let house: Governed;
beforeAll(async () => {
  house = await Governed.open();
});
afterAll(() => house?.[Symbol.asyncDispose]());

interface Listed {
  name: string;
  enabled: boolean;
  next_window: string | null;
}

describe("schedule list", () => {
  test("shows the ten of the catalogue, all disabled, and which of them need consent", async () => {
    const listed = await house.json<Listed[]>("viewer", "schedule", "list");
    expect(listed).toHaveLength(10);
    expect(listed.every(({ enabled, next_window }) => !enabled && next_window === null)).toBe(true);
    const text = await house.say("viewer", "schedule", "list");
    expect(text).toMatch(/health_scan +disabled +\*\/15 \* \* \* \* +UTC/);
    expect(text).toMatch(/portfolio_daily +disabled, needs consent +0 9 \* \* \*/);
  });
});

describe("schedule enable and disable", () => {
  test("take effect at once where no consent is needed, and list and status show the next window", async () => {
    expect(await house.say("operator", "schedule", "enable", "health_scan")).toBe("schedule health_scan is enabled\n");
    const [listed] = (await house.json<Listed[]>("viewer", "schedule", "list")).filter(({ enabled }) => enabled);
    const next = Date.parse(listed?.next_window ?? "");
    expect(next).toBeGreaterThan(Date.now());
    expect(next - Date.now()).toBeLessThanOrEqual(15 * 60_000);
    expect(next % (15 * 60_000)).toBe(0);
    expect(await house.say("viewer", "status")).toMatch(/next windows\n.*\n +health_scan +in \d+[sm] +\*\/15/);
    expect(await house.say("operator", "schedule", "enable", "health_scan")).toContain("was so already");
    expect(await house.say("operator", "schedule", "disable", "health_scan")).toBe(
      "schedule health_scan is disabled\n",
    );
  });

  test("ask where consent is needed; another person's consent enables", async () => {
    const asked = await house.say("operator", "schedule", "enable", "retry_scan");
    const approval =
      /^schedule retry_scan: approval (\d+) waits for another person's consent\n$/.exec(asked)?.[1] ?? "";
    expect(await house.say("viewer", "approvals")).toMatch(
      /enable +enable schedule retry_scan: \*\/30 \* \* \* \* UTC, retry_scan +operator@holdfast\.test/,
    );
    expect(await house.say("approver", "approve", approval)).toBe(`approval ${approval} is spent\n`);
    const listed = await house.json<Listed[]>("viewer", "schedule", "list");
    expect(listed.find(({ name }) => name === "retry_scan")?.enabled).toBe(true);
  });

  test("a name that is none, and a person who may not, are refused", async () => {
    const unknown = await house.run(["schedule", "enable", "nonsense", "--as", "operator"]);
    expect(unknown).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(refusal("unknown_schedule")) });
    const viewer = await house.run(["schedule", "enable", "cost_summary", "--as", "viewer"]);
    expect(viewer).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(refusal("not_permitted")) });
  });
});

describe("schedule run", () => {
  test("starts the job now, outside every window", async () => {
    const said = await house.say("operator", "schedule", "run", "cost_summary");
    const job = /^schedule cost_summary started job (\d+)\n$/.exec(said)?.[1] ?? "";
    const [row] = await house.rows("select kind, queue, trigger from holdfast.jobs where id = $1", [job]);
    expect(row).toEqual({ kind: "cost_summary", queue: "scheduled", trigger: "schedule" });
    expect(await house.rows("select from holdfast.schedule_windows")).toEqual([]);
  });
});

describe("schedule windows", () => {
  test("shows what became of past windows, and the next ones even of a disabled schedule", async () => {
    await house.pool().query(
      `insert into holdfast.schedule_windows (schedule_id, window_at, workspace_id, outcome, reason, decided_at, decided_by)
       select s.id, '2026-03-02 09:00Z', s.workspace_id, 'missed', 'catch_up once', now(), 'test' from holdfast.schedules s where s.name = 'portfolio_daily'`,
    );
    const text = await house.say("viewer", "schedule", "windows", "portfolio_daily", "--next", "2");
    expect(text).toMatch(/2026-03-02 09:00:00Z +\d+d ago +missed +- +catch_up once/);
    expect(text.match(/ 09:00:00Z +in .*would be .*the schedule is disabled/g)).toHaveLength(2);
    const { past, next } = await house.json<{ past: unknown[]; next: string[] }>(
      "viewer",
      ...["schedule", "windows", "portfolio_weekly", "--past", "0", "--next", "3"],
    );
    expect(past).toEqual([]);
    expect(next.map((at) => new Date(at).getUTCDay())).toEqual([1, 1, 1]);
  });

  test("refuses a number that is none, naming the option", async () => {
    const { exitCode, stderr } = await house.run(["schedule", "windows", "health_scan", "--next", "many"]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/--next.*whole number of at least 0/s);
    expect((await house.run(["schedule", "windows", "nonsense"])).stderr).toMatch(refusal("unknown_schedule"));
  });
});
