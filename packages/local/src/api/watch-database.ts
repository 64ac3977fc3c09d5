import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

/** A connection that does nothing but show whether the database is there. */
export interface DatabaseWatch {
  /** Resolves while the database answers. When it does not, `lost` is called and this never resolves. */
  check(): Promise<void>;
}

/**
 * Waits until the database accepts connections, then keeps one open to learn at once when it goes away.
 *
 * @param waiting told why it cannot connect, when that changes
 * @param lost called once, when the connection ends
 */
export async function watchDatabase(
  url: string,
  waiting: (why: string) => void,
  lost: () => void,
): Promise<DatabaseWatch> {
  const client = await connect(url, waiting);
  client.on("error", lost);
  client.on("end", lost);
  const never = new Promise<never>(() => {});
  return {
    async check() {
      await client.query("select 1").catch(() => {
        lost();
        return never;
      });
    },
  };
}

async function connect(url: string, waiting: (why: string) => void): Promise<pg.Client> {
  let told: string | undefined;
  for (let pause = 25; ; pause = Math.min(pause * 2, 250)) {
    const client = new pg.Client({
      connectionString: url,
      application_name: "data api: watch",
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
    });
    client.on("error", () => {}); // connect() rejects with it
    try {
      await client.connect();
      client.removeAllListeners("error");
      return client;
    } catch (error) {
      const why = (error as Error).message;
      if (why !== told) waiting(why);
      told = why;
      void client.end().catch(() => {}); // not waited for: its server may be slow to end
    }
    await sleep(pause);
  }
}
