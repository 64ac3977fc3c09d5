import type { Finish, Finished } from "@holdfast/db/runs";
import type { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Connection } from "../src/lease/connection.ts";
import { deliverFinish } from "../src/lease/finisher.ts";
import { RunnerBench, until } from "./support/runner-bench.ts";

let bench: RunnerBench;
beforeAll(async () => {
  bench = await RunnerBench.open();
});
afterAll(() => bench?.[Symbol.asyncDispose]());

describe("the lease of a runner", () => {
  it("is renewed before the command starts, however long it is until the first regular heartbeat", async () => {
    const launched = await bench.launch({ argv: ["sleep", "60"], spec: { heartbeat_seconds: 3_600 } });
    await until("it has beaten", async () => {
      const beaten = "select from holdfast.leases where token = $1 and heartbeat_at > acquired_at";
      return (await bench.rows(beaten, [launched.spec.token])).length === 1;
    });
  });
});

describe("the connection of a runner", () => {
  it("has the server give each statement up a little before it is given up itself", async () => {
    const connection = new Connection(bench.url);
    const limit = (timeoutMilliseconds: number) =>
      connection.call(
        "ask",
        async (client: Client) => (await client.query("show statement_timeout")).rows[0].statement_timeout,
        { timeoutMilliseconds },
      );
    expect(await limit(10_000)).toBe("9s");
    expect(await Promise.all([5_000, 30_000, 30_000, 5_000].map(limit))).toEqual(["4500ms", "29s", "29s", "4500ms"]);
    expect(await limit(10_000)).toBe("9s");
    await connection.close();
  });
});

describe("the end of a run", () => {
  it("is given again while its job is busy", async () => {
    const finish: Finish = { token: 7, outcome: "completed" };
    const answers: Partial<Finished>[] = [{ reason: "busy" }, { reason: "busy" }, { accepted: true }];
    const given: unknown[] = [];
    const query = async ({ values }: { values: string[] }) => {
      given.push(...JSON.parse(values[0] ?? "[]"));
      return { rows: [{ token: 7, accepted: false, state: null, reason: null, ...answers.shift() }] };
    };
    const connection = {
      call: (_: string, fn: (client: unknown) => unknown) => fn({ query }),
    } as unknown as Connection;
    const lease = { beat: () => Promise.reject(new Error("a busy job is no reason for a heartbeat")) } as never;
    expect(await deliverFinish(connection, lease, finish)).toMatchObject({ accepted: true });
    expect(given).toEqual([finish, finish, finish]);
  });
});
