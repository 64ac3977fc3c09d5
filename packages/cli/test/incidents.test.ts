import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Governed, refusal } from "./support/governed.ts";

let house: Governed;
beforeAll(async () => {
  house = await Governed.open();
});
afterAll(() => house?.[Symbol.asyncDispose]());

async function opened(subject: string): Promise<string> {
  const said = await house.say("operator", "incidents", "open", subject, "--reason", `trouble with ${subject}`);
  return /^incident (\d+) is open/.exec(said)?.[1] ?? "";
}

describe("incidents", () => {
  test("without a word lists what is open; status tells it too", async () => {
    expect(await house.say("viewer", "incidents")).toBe("no incident is open\n");
    const id = await opened("queue:primary");
    const line = new RegExp(`${id} +medium +open +manual +queue:primary .*trouble with queue:primary`);
    expect(await house.say("viewer", "incidents")).toMatch(line);
    expect(await house.say("viewer", "incidents", "list")).toMatch(line);
    expect(await house.json("viewer", "incidents")).toMatchObject([{ subject: "queue:primary", times_seen: 1 }]);
    expect(await house.say("viewer", "status")).toContain(`incident ${id} (medium) queue:primary: trouble with`);
    expect(await opened("queue:primary")).toBe(id);
  });

  test("show gives the runbook; tick marks a step with who and why", async () => {
    const id = await opened("job:12");
    expect(await house.say("viewer", "incidents", "show", id)).toMatch(/\[ \] 1 contain: .*\n\[ \] 2 classify: /);
    expect(await house.say("operator", "incidents", "tick", id, "2", "--reason", "one job")).toBe(
      `incident ${id}: 1 steps are done\n`,
    );
    expect(await house.say("viewer", "incidents", "show", id)).toMatch(
      /\[ \] 1 .*\n\[x\] 2 classify: .* \(operator@holdfast\.test, .* ago: one job\)/,
    );
    expect(await house.json("viewer", "incidents", "show", id)).toMatchObject({
      runbook: [{ step: 1, done_at: null }, { step: 2, note: "one job" }, {}, {}, {}],
    });
  });

  test("contain pauses the queue it is about; close ends it", async () => {
    const id = await opened("queue:report");
    await house.say("operator", "incidents", "contain", id, "--reason", "until it is clear");
    expect(await house.say("viewer", "queues")).toMatch(/report +paused/);
    expect(await house.say("viewer", "incidents")).toMatch(new RegExp(`${id} +medium +contained`));
    expect(await house.say("operator", "incidents", "close", id, "--reason", "solved")).toBe(
      `incident ${id} is closed\n`,
    );
    expect(await house.say("viewer", "incidents", "--all")).toMatch(new RegExp(`${id} +medium +closed`));
    const again = await house.run(["incidents", "close", id, "--reason", "x", "--as", "operator"]);
    expect(again).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(refusal("not_now")) });
  });

  test.each([
    [["incidents", "open", "x", "--as", "operator"], 2, refusal("reason_required")],
    [["incidents", "open", "x", "--reason", "y", "--as", "viewer"], 1, refusal("not_permitted")],
    [["incidents", "show", "999999"], 2, refusal("unknown_incident")],
    [["incidents", "close", "999999", "--reason", "x"], 2, refusal("unknown_incident")],
    [["incidents", "tick", "abc", "1"], 2, /"abc" is not the number of an incident/],
    [["incidents", "tick", "1", "none"], 2, /step.*whole number of at least 1/s],
    [["incidents", "tick", "1", "99", "--as", "operator"], 2, refusal("bad_step")],
  ])("%j is refused", async (args, exitCode, message) => {
    const ended = await house.run(args);
    expect(ended.stderr).toMatch(message);
    expect(ended.exitCode).toBe(exitCode);
  });
});

describe("verbs", () => {
  test("lists every act with the least role and what it needs, or those on one subject", async () => {
    const all = await house.json<unknown[]>("viewer", "verbs");
    const [{ n } = { n: 0 }] = await house.rows("select count(*) as n from holdfast.verbs");
    expect(all).toHaveLength(Number(n));
    const text = await house.say("viewer", "verbs", "stop");
    expect(text).toMatch(/engage +stop +operator +a reason +Emergency stop/);
    expect(text).toMatch(/release +stop +approver +a reason, a person +End an emergency stop/);
    expect(await house.say("viewer", "verbs", "planet")).toBe(
      'there is no act on "planet"; holdfast verbs lists all\n',
    );
  });
});
