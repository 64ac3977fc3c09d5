import type { Finish, Finished } from "@holdfast/db";
import { describe, expect, it } from "vitest";
import { deliverFinish } from "../src/leases/deliver-finish.ts";
import { runFinisher } from "../src/leases/run-finisher.ts";
import { testLog } from "./support/test-log.ts";

type Answer = Partial<Finished> | Error;

const failing = (code: string) => Object.assign(new Error(`refused with ${code}`), { code });
const completed = (token: number): Finish => ({ token, outcome: "completed", result: { token } });

/** A database whose answers for each run are scripted; when the script is over, every end is accepted. */
function officeWith(script: Record<number, Answer[]>) {
  const log = testLog();
  const closing = new AbortController();
  const stored: Finish[] = [];
  const asked: number[] = [];
  const answerFor = (finish: Finish): Finished => {
    asked.push(finish.token);
    const next = script[finish.token]?.shift();
    if (next instanceof Error) throw next;
    const answer = { token: finish.token, accepted: true, state: "completed", reason: null, ...next };
    if (answer.accepted) stored.push(finish);
    return answer;
  };
  const db = {
    query: async (config: { values?: unknown[] }) => ({
      rows: (JSON.parse(String(config.values?.[0])) as Finish[]).map(answerFor),
    }),
  };
  const { signal } = closing;
  const finisher = runFinisher({ db: db as never, logger: log.logger, signal });
  return { office: { finisher, logger: log.logger, signal }, stored, asked, log, closing };
}

describe("the end of a run", () => {
  it.each(["57014", "53100", "53200", "55P03", "25006", "XX000", "57P01"])(
    "is pushed again as it was when the database passes through %s",
    async (code) => {
      const { office, stored } = officeWith({ 1: [failing(code), failing(code)] });
      await expect(deliverFinish(office, completed(1))).resolves.toMatchObject({ accepted: true });
      expect(stored).toEqual([completed(1)]);
    },
  );

  it.each([failing("22P05"), failing("23514"), new Error("wrapped", { cause: failing("22P05") })])(
    "becomes a failure when it can never be stored",
    async (error) => {
      const { office, stored } = officeWith({ 1: [error] });
      await deliverFinish(office, completed(1));
      expect(stored).toMatchObject([
        { token: 1, outcome: "failed", error: { class: "unstorable_result", retry: false } },
      ]);
    },
  );

  it("is pushed again while its job is busy, and no other end waits for it", async () => {
    const busy = { accepted: false, state: null, reason: "busy" };
    const { office, stored, asked } = officeWith({ 1: [busy, busy] });
    await Promise.all([1, 2, 3].map((token) => deliverFinish(office, completed(token))));
    expect(stored.map(({ token }) => token)).toEqual([2, 3, 1]);
    expect(asked).toEqual([1, 2, 3, 1, 1]);
  });

  it("is pushed once when the lease is lost", async () => {
    const lost = { accepted: false, state: "failed", reason: "lease_lost" };
    const { office, asked, log } = officeWith({ 1: [lost] });
    await expect(deliverFinish(office, completed(1))).resolves.toMatchObject(lost);
    expect(asked).toEqual([1]);
    expect(log.messages()).toContain("fenced: the run's end was refused");
  });

  it.each([failing("XX000"), { accepted: false, reason: "busy" }])(
    "is waited for no longer when the worker closes",
    async (answer) => {
      const { office, stored, closing } = officeWith({ 1: Array.from({ length: 1_000 }, () => answer) });
      const delivering = deliverFinish(office, completed(1));
      setImmediate(() => setImmediate(() => closing.abort()));
      await expect(delivering).rejects.toMatchObject({ name: "AbortError" });
      expect(stored).toEqual([]);
    },
  );
});
