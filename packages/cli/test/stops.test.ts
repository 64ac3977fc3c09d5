import { job, registerKinds, stateOf, worker } from "@holdfast/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Governed, refusal } from "./support/governed.ts";

let house: Governed;
beforeAll(async () => {
  house = await Governed.open();
  await registerKinds(house.database, "hello");
});
afterAll(() => house?.[Symbol.asyncDispose]());

/** The number that `holdfast stop` printed. */
const numberIn = (said: string) => /^stop (\d+) engaged/.exec(said)?.[1] ?? "";

describe("stop", () => {
  test("holds everything, ends what runs when asked to, and is told by status, job and report", async () => {
    const by = await worker(house.database, { name: "anna" });
    const [waits, runs] = [await job(house.database), await job(house.database, { state: "running", by })];
    const said = await house.say("operator", "stop", "--kill-running", "--reason", "it mails customers");
    const stop = numberIn(said);
    expect(said).toBe(
      `stop ${stop} engaged: 1 taken back, 1 running ordered to end (see: holdfast stop report ${stop})\n`,
    );
    expect(await stateOf(house.database, waits)).toBe("queued");
    expect(await house.say("viewer", "status")).toMatch(
      new RegExp(`EMERGENCY STOP ${stop} of workspace \\(workers\\) engaged .* by operator@holdfast.test: it mails`),
    );
    expect(await house.say("viewer", "job", String(waits))).toContain(
      "queued: an emergency stop holds it: it mails customers (engaged by operator@holdfast.test)",
    );
    expect(await house.say("viewer", "stop", "report", stop)).toMatch(/anna +NOT VERIFIED +- +1 +1 +-/);
    await house.pool("holdfast_worker").query("select * from holdfast_private.worker_beat($1, '[]')", [by.id]);
    expect(await house.say("viewer", "stop", "report", stop)).toMatch(/anna +STOPPING +\d+\.\ds +1 +1 +-/);
    const [lease] = await house.rows("select token from holdfast.leases where job_id = $1", [runs]);
    await by.finish({ token: Number(lease?.token), outcome: "stopped" });
    expect(await house.say("viewer", "stop", "report", stop)).toMatch(/anna +STOPPED +\d+\.\ds +1 +0 +\d+\.\ds/);
    expect(await house.json("viewer", "stop", "report", stop)).toMatchObject({
      stop: { scope: "workspace", kill_running: true },
      workers: [{ label: "STOPPED" }],
    });
  });

  test("is released by another person only, with a reason; then work goes on", async () => {
    const [{ id } = { id: 0 }] = await house.rows("select id from holdfast.emergency_stops where released_at is null");
    const release = (...more: string[]) => house.run(["stop", "release", String(id), ...more]);
    expect((await release("--as", "approver")).stderr).toMatch(refusal("reason_required"));
    expect((await release("--reason", "x", "--as", "operator")).stderr).toMatch(refusal("not_permitted"));
    expect(await house.say("approver", "stop", "release", String(id), "--reason", "fixed")).toMatch(
      /^stop \d+ is released: \d+ jobs dispatched\n$/,
    );
    expect(await house.say("viewer", "stop", "report")).toMatch(/released .* by approver@holdfast.test: fixed/);
    const own = numberIn(await house.say("approver", "stop", "--reason", "mine"));
    const refused = await house.run(["stop", "release", own, "--reason", "x", "--as", "approver"]);
    expect(refused).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(refusal("own_request")) });
    await house.say("owner", "stop", "release", own, "--reason", "over");
  });

  test("of one lane holds that lane's work and no other", async () => {
    const [build, other] = [
      await job(house.database, { options: { lane: "build" } }),
      await job(house.database, { options: { lane: "default" } }),
    ];
    const said = await house.say("operator", "stop", "--scope", "lane", "--name", "build", "--reason", "look");
    expect(said).toMatch(/^stop \d+ engaged: 1 taken back; what runs goes on/);
    expect([await stateOf(house.database, build), await stateOf(house.database, other)]).toEqual([
      "queued",
      "dispatched",
    ]);
    await house.say("owner", "stop", "release", numberIn(said), "--reason", "seen");
    expect(await stateOf(house.database, build)).toBe("dispatched");
  });

  test.each([
    [["stop", "--as", "operator"], 2, refusal("reason_required")],
    [["stop", "--reason", "x", "--as", "viewer"], 1, refusal("not_permitted")],
    [["stop", "--reason", "x", "--scope", "planet"], 2, /--scope.*planet.*global, workspace/s],
    [["stop", "--reason", "x", "--scope", "lane", "--as", "operator"], 2, refusal("bad_scope")],
    [["stop", "--reason", "x", "--scope", "lane", "--name", "none", "--as", "operator"], 2, refusal("unknown_lane")],
    [["stop", "--reason", "x", "--what", "coffee", "--as", "operator"], 2, refusal("bad_stop")],
    [["stop", "now"], 2, /stop/],
    [["stop", "release", "x"], 2, /"x" is not the number of a stop/],
    [["stop", "release", "999999", "--reason", "x"], 2, refusal("unknown_stop")],
    [["stop", "report", "999999"], 2, refusal("unknown_stop")],
  ])("%j is refused, and nothing is stopped", async (args, exitCode, message) => {
    const ended = await house.run(args);
    expect(ended.stderr).toMatch(message);
    expect(ended.exitCode).toBe(exitCode);
    expect(await house.rows("select from holdfast.emergency_stops where released_at is null")).toEqual([]);
  });
});
