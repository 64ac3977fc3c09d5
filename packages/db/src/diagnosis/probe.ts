import pg from "pg";

/** A connection that asks a database what it is; for `holdfast doctor connection`. */
export class Probe implements AsyncDisposable {
  readonly #client: pg.Client;

  private constructor(client: pg.Client) {
    this.#client = client;
  }

  /** Connects, giving up after ten seconds. Rejects with what `pg` threw: see `explainConnectionError`. */
  static async open(url: string): Promise<Probe> {
    const client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: 10_000,
      application_name: "holdfast doctor",
    });
    // A server that goes away between two questions must not end the process: the next question reports it.
    client.on("error", () => {});
    await client.connect();
    return new Probe(client);
  }

  /** The connection, for `checkSchema`. */
  get client(): pg.Client {
    return this.#client;
  }

  /** Who we are to the server, and what the server is. */
  async server(): Promise<ServerFacts> {
    const { rows } = await this.#client.query<ServerFacts>(
      `select current_setting('server_version') as version, current_setting('server_version_num')::int as version_number,
              r.rolname as role, r.rolsuper as superuser, r.rolbypassrls as bypass_rls, current_database() as database
       from pg_catalog.pg_roles r where r.rolname = current_user`,
    );
    return rows[0] as ServerFacts;
  }

  /** Milliseconds from NOTIFY to hearing it on the same connection. Rejects when nothing is heard in time. */
  async notifyRoundTrip(timeoutMs = 3000): Promise<number> {
    const channel = `holdfast_doctor_${process.pid}`;
    await this.#client.query(`listen ${channel}`);
    const began = performance.now();
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const onHeard = (message: pg.Notification) => {
      if (message.channel === channel) resolve(performance.now() - began);
    };
    const timer = setTimeout(() => reject(new Error(`nothing heard within ${timeoutMs} ms`)), timeoutMs);
    this.#client.on("notification", onHeard);
    try {
      await this.#client.query("select pg_catalog.pg_notify($1, '')", [channel]);
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#client.removeListener("notification", onHeard);
      await this.#client.query(`unlisten ${channel}`).catch(() => {});
    }
  }

  /** Runs one named statement in three transactions: a transaction pooler loses it in between. */
  async preparedStatements(): Promise<void> {
    for (let turn = 0; turn < 3; turn++) {
      await this.#client.query({
        name: "holdfast_doctor",
        text: "select $1::int as turn",
        values: [turn],
      });
    }
  }

  /** Whether graphile-worker's tables are there and this role may enter their schema. */
  async deliveryEngine(): Promise<{ present: boolean; usable: boolean }> {
    const { rows } = await this.#client.query<{
      present: boolean;
      usable: boolean;
    }>(
      `select n.oid is not null as present, coalesce(has_schema_privilege(n.oid, 'usage'), false) as usable
       from (select 1) one left join pg_catalog.pg_namespace n on n.nspname = 'graphile_worker'`,
    );
    return rows[0] as { present: boolean; usable: boolean };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#client.end().catch(() => {});
  }
}

/** What {@link Probe.server} tells. */
export interface ServerFacts {
  version: string;
  /** As `server_version_num`: 170010 for 17.10. */
  version_number: number;
  role: string;
  superuser: boolean;
  bypass_rls: boolean;
  database: string;
}
