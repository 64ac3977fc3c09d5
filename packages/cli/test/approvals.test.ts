import { enqueue, stateOf } from "@holdfast/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Approval } from "../src/reads/approvals.ts";
import { Governed, refusal } from "./support/governed.ts";

let house: Governed;
beforeAll(async () => {
  house = await Governed.open();
  await enqueue(house.database); // makes the kind hello known
});
afterAll(() => house?.[Symbol.asyncDispose]());

/** A job that waits for consent, enqueued by the operator, and the number of the request. */
async function waiting(payload: unknown = { name: "Ada" }): Promise<{ job: string; approval: string }> {
  const said = await house.say(
    "operator",
    ...["enqueue", "hello", "--class", "approval_required", "--payload", JSON.stringify(payload)],
  );
  const job = said.trim();
  const [row] = await house.rows("select id from holdfast.approvals where job_id = $1 and state = 'pending'", [job]);
  return { job, approval: String(row?.id) };
}

describe("approvals", () => {
  test("lists what waits: for what, what would happen, who asked, until when", async () => {
    const { job, approval } = await waiting();
    const text = await house.say("viewer", "approvals");
    expect(text).toMatch(
      new RegExp(
        `${approval} +pending +first_run +job ${job}: hello {"name":"Ada"} +operator@holdfast.test +Class approval_required needs consent\\. +approver +in 24h`,
      ),
    );
    expect(await house.say("viewer", "status")).toMatch(
      new RegExp(`waiting for consent\\n.*\\n +${approval} +first_run +job ${job}: hello`),
    );
    const [listed] = await house.json<Approval[]>("viewer", "approvals");
    expect(listed).toMatchObject({ subject: "job", state: "pending", digest: expect.stringMatching(/^[0-9a-f]{64}$/) });
    await house.say("approver", "reject", approval, "--reason", "done");
  });

  test("shows one in full, with its digest and its decisions", async () => {
    const { approval } = await waiting({ name: "\u001b[31mred" });
    const text = await house.say("viewer", "approvals", approval);
    expect(text).toMatch(/digest {4}[0-9a-f]{64}\n\nwhat would happen, in full\n {2}\{/);
    expect(text).not.toContain("\u001b");
    await house.say("approver", "reject", approval, "--reason", "not in red");
    expect(await house.say("viewer", "approvals", approval)).toMatch(
      /decided {3}reject by approver@holdfast.test .*: not in red/,
    );
    expect(await house.say("viewer", "approvals", "--all")).toMatch(new RegExp(`${approval} +rejected`));
    const unknown = await house.run(["approvals", "999999"]);
    expect(unknown).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(refusal("unknown_approval")) });
  });
});

describe("approve and reject", () => {
  test("decide by the number of the approval", async () => {
    const first = await waiting();
    expect(await house.say("approver", "approve", first.approval)).toBe(`approval ${first.approval} is granted\n`);
    expect(await stateOf(house.database, Number(first.job))).toBe("dispatched");
    const second = await waiting();
    expect(await house.say("approver", "reject", second.approval, "--reason", "no")).toBe(
      `approval ${second.approval} is rejected\n`,
    );
    expect(await stateOf(house.database, Number(second.job))).toBe("canceled");
  });

  test("decide by the job with --job, which is what holdfast job suggests", async () => {
    const { job } = await waiting();
    expect(await house.say("approver", "job", job)).toContain(`holdfast approve --job ${job} `);
    await house.say("approver", "approve", "--job", job);
    expect(await stateOf(house.database, Number(job))).toBe("dispatched");
  });

  test("only what still has the digest that was read, with --digest", async () => {
    const { approval } = await waiting();
    const { digest } = await house.json<Approval>("approver", "approvals", approval);
    const other = await house.run(["approve", approval, "--digest", "0".repeat(64), "--as", "approver"]);
    expect(other).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(refusal("subject_changed")) });
    expect(await house.say("approver", "approve", approval, "--digest", digest)).toContain("is granted");
  });

  test("are refused to the requester, to a viewer, twice, and without a reason where one is needed", async () => {
    const { approval } = await waiting();
    const attempt = (...args: string[]) => house.run(args);
    expect((await attempt("approve", approval, "--as", "operator")).stderr).toMatch(refusal("not_permitted"));
    expect((await attempt("approve", approval, "--as", "viewer")).exitCode).toBe(1);
    const without = await attempt("reject", approval, "--as", "approver");
    expect(without).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(refusal("reason_required")) });
    await house.say("approver", "approve", approval);
    expect((await attempt("approve", approval, "--as", "owner")).stderr).toMatch(refusal("not_pending"));
    const own = (await house.say("approver", "enqueue", "hello", "--class", "approval_required")).trim();
    const mine = await attempt("approve", "--job", own, "--as", "approver");
    expect(mine).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(refusal("own_request")) });
  });

  test.each([
    [["approve"], /name approvals, or jobs with --job/],
    [["approve", "1", "--job", "2"], /name approvals, or jobs with --job/],
    [["approve", "abc"], /"abc" is not the number of an approval\n {2}do: .*holdfast approvals/],
    [["approve", "--job", "2", "--digest", "0"], /--digest goes with the number of an approval/],
  ])("%j ends with 2 and says what is wrong", async (args, message) => {
    const { exitCode, stdout, stderr } = await house.run(args);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(message);
    expect(stdout).toBe("");
  });
});
