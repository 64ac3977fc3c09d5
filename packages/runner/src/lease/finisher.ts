import { setTimeout as delay } from "node:timers/promises";
import { type Finish, type Finished, finishRun } from "@holdfast/db/runs";
import type { Connection } from "./connection.ts";
import type { Lease } from "./lease.ts";

const timeoutMilliseconds = 30_000;
// The job's row is held by a transaction of somebody else, which takes milliseconds.
const busyMilliseconds = 200;
// A heartbeat that says keep and a finish that says lost contradict each other; the finish is believed in the end.
const mostTries = 25;

/** Gives the end of a run to the database, again and again while another transaction holds the job's row. */
export async function giveFinish(connection: Connection, finish: Finish): Promise<Finished> {
  for (;;) {
    const answer = await connection.call("finish run", (client) => finishRun(client, finish), { timeoutMilliseconds });
    if (answer.accepted || answer.reason !== "busy") return answer;
    await delay(busyMilliseconds);
  }
}

/**
 * Delivers the end of the run until the database accepts it or refuses it for good.
 *
 * @returns the answer; `accepted` is false when the run is fenced: the job belongs to somebody else now.
 */
export async function deliverFinish(connection: Connection, lease: Lease, finish: Finish): Promise<Finished> {
  for (let tries = 1; ; tries += 1) {
    const answer = await giveFinish(connection, finish);
    if (answer.accepted || answer.reason !== "lease_lost") return answer;
    // Given up while it was cut off, perhaps: the heartbeat takes the lease back when no other attempt has started.
    if ((await lease.beat()) === "lost" || tries === mostTries) return answer;
    await delay(200);
  }
}
