import { job, stateOf } from "@holdfast/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Governed, refusal } from "./support/governed.ts";

let house: Governed;
let failed: number[];
beforeAll(async () => {
  house = await Governed.open();
  failed = [];
  for (let n = 0; n < 3; n++) failed.push(await job(house.database, { state: "failed" }));
  failed.push(await job(house.database, { state: "failed", options: { queue: "report" } }));
});
afterAll(() => house?.[Symbol.asyncDispose]());

const states = () => Promise.all(failed.map((id) => stateOf(house.database, id)));

describe("quarantine", () => {
  test("isolates a job, lists it with its evidence, and release lets it go", async () => {
    const id = await job(house.database, { state: "queued" });
    expect(await house.say("operator", "quarantine", String(id), "--reason", "looks odd")).toContain("is quarantined");
    expect(await house.say("viewer", "quarantine")).toMatch(
      new RegExp(`${id} +medium +person .*operator@holdfast.test`),
    );
    expect(await house.json("viewer", "quarantine", "list")).toMatchObject([{ job_id: id, state: "open" }]);
    await house.say("approver", "release", String(id), "--reason", "it is fine");
    expect(await house.say("viewer", "quarantine")).toBe("nothing is in quarantine\n");
    expect(await house.say("viewer", "quarantine", "--all")).toMatch(/released by approver@holdfast.test: it is fine/);
  });

  test("discard gives a job up; release needs the role and a reason", async () => {
    const id = String(await job(house.database, { state: "quarantined" }));
    expect((await house.run(["release", id, "--reason", "x", "--as", "operator"])).stderr).toMatch(
      refusal("not_permitted"),
    );
    expect((await house.run(["release", id, "--as", "approver"])).stderr).toMatch(refusal("reason_required"));
    await house.say("approver", "discard", id, "--reason", "no longer needed");
    expect(await stateOf(house.database, Number(id))).toBe("canceled");
  });
});

describe("dead-letters", () => {
  test("lists what failed for good, with what helps, and filters", async () => {
    const text = await house.say("viewer", "dead-letters");
    for (const id of failed) expect(text).toMatch(new RegExp(`^ *${id} +hello`, "m"));
    expect(text).toContain("boom (test)");
    const some = await house.json<{ job_id: number }[]>("viewer", "dead-letters", "--where", "queue=report");
    expect(some.map(({ job_id }) => job_id)).toEqual([failed[3]]);
    expect(await house.say("viewer", "dead-letters", "--where", "before=1d")).toBe("no dead letter matches\n");
  });
});

describe("redrive and dismiss", () => {
  test("--dry-run counts and shows, and does nothing", async () => {
    const args = ["redrive", "--where", "kind=hello", "--where", "after=1h", "--dry-run", "--as", "operator"];
    const { exitCode, stdout, stderr } = await house.run(args);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(new RegExp(`^ *${failed[0]} +hello`, "m"));
    expect(stderr).toBe("4 would be meant; nothing was done\n");
    expect(await states()).toEqual(["failed", "failed", "failed", "failed"]);
    const limited = await house.run([...args, "--limit", "2"]);
    expect(limited.stderr).toBe("more than 2 would be meant; nothing was done\n");
  });

  test("more than the limit is refused, and nothing is done", async () => {
    const args = ["redrive", "--where", "kind=hello", "--limit", "2", "--reason", "x", "--as", "operator"];
    const { exitCode, stderr } = await house.run(args);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(refusal("too_many"));
    expect(await states()).toEqual(["failed", "failed", "failed", "failed"]);
  });

  test("dismiss closes what matches; redrive gives the rest another attempt, all in one act", async () => {
    expect(await house.say("operator", "dismiss", "--where", "queue=report", "--reason", "known")).toBe(
      "1 dead letter dismissed\n",
    );
    expect(await house.say("operator", "redrive", "--where", "kind=hello", "--reason", "mended")).toBe(
      "3 dead letters redriven\n",
    );
    expect(await states()).toEqual(["dispatched", "dispatched", "dispatched", "failed"]);
    const [acts] = await house.rows(
      "select count(*) as n, sum(affected) as affected from holdfast.actions where verb = 'redrive'",
    );
    expect(acts).toEqual({ n: 1, affected: 3 });
  });

  test.each([
    [["redrive", "--reason", "x"], 2, /--where must say which dead letters to redrive\n {2}do: give at least one of/],
    [["redrive", "--where", "color=red"], 2, /--where "color=red" is not a field and its value\n {2}do: fields: job, /],
    [["redrive", "--where", "after=soon"], 2, /--where after: "soon" is neither a time nor an age/],
    [["redrive", "--where", "job=x"], 2, /"x" is not the number of a job/],
    [["redrive", "--where", "kind=none", "--reason", "x"], 2, refusal("nothing_matches")],
    [["redrive", "--where", "kind=hello"], 2, refusal("reason_required")],
    [["redrive", "--where", "kind=hello", "--reason", "x", "--as", "viewer"], 1, refusal("not_permitted")],
    [["dead-letters", "--state", "lost"], 2, /--state.*open, redriven, dismissed/s],
  ])("%j is refused", async (args, exitCode, message) => {
    const ended = await house.run(args);
    expect(ended.stderr).toMatch(message);
    expect(ended.exitCode).toBe(exitCode);
  });
});
