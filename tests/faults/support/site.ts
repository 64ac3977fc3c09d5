import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { createTestDatabase, createTestStack } from "@holdfast/testing";
import pg from "pg";
import { signalProcess } from "../../../packages/runner/src/index.ts";
import { Host, type HostOptions, type Identity } from "./host.ts";
import { Jobs } from "./jobs.ts";
import { type Leftover, processesOf } from "./leftovers.ts";
import { until } from "./until.ts";

const SUPERVISOR = join(import.meta.dirname, "supervisor-process.ts");

/** Folder to keep the hosts' logs in, for finding out what went wrong. */
const KEEP_LOGS = process.env.HOLDFAST_FAULT_LOGS;

/** Where a fault happens: a database (or a whole Postgres) of its own, a state folder, and the hosts that work there. */
export class Site implements AsyncDisposable {
  readonly folder = mkdtempSync(join(tmpdir(), "holdfast-fault-"));
  readonly pool: pg.Pool;
  readonly jobs: Jobs;
  /** Connection string of the role `holdfast_worker`. */
  readonly databaseUrl: string;
  /** Stops and starts the site's own Postgres; only with {@link Site.withPostgres}. */
  readonly postgres: { stop(mode: "immediate"): Promise<void>; start(): Promise<void> } | undefined;
  readonly #hosts: Host[] = [];
  readonly #closing: () => Promise<void>;

  private constructor(
    urls: { owner: string; worker: string },
    closing: () => Promise<void>,
    postgres?: Site["postgres"],
  ) {
    this.pool = new pg.Pool({ connectionString: urls.owner, max: 6, types: NUMBERS, connectionTimeoutMillis: 2_000 });
    this.pool.on("error", () => {}); // the query in flight reports it
    this.pool.on("connect", (client) => client.on("error", () => {}));
    this.databaseUrl = urls.worker;
    this.jobs = new Jobs(this.pool);
    this.#closing = closing;
    this.postgres = postgres;
  }

  /** A site in the test run's Postgres. */
  static async open(): Promise<Site> {
    const database = await createTestDatabase();
    const urls = { owner: database.url(), worker: database.url("holdfast_worker") };
    return new Site(urls, () => database.drop());
  }

  /** A site with a Postgres of its own, to stop and start. */
  static async withPostgres(): Promise<Site> {
    const stack = await createTestStack();
    const urls = { owner: stack.databaseUrl(), worker: stack.databaseUrl("holdfast_worker") };
    return new Site(urls, async () => stack[Symbol.asyncDispose](), stack.postgres);
  }

  /** Starts a supervisor without a worker, and waits until it leads. */
  async startSupervisor(name = "supervisor"): Promise<Host> {
    const host = new Host({ name, entry: SUPERVISOR }, this);
    this.#hosts.push(host);
    const leads = "select from holdfast.leaders where holder = $1 and expires_at > now()";
    await until(`${name} leads`, async () => (await this.pool.query(leads, [name])).rowCount === 1);
    return host;
  }

  /** Starts a host and waits until its worker is registered. */
  async startHost(options: HostOptions = {}): Promise<Host> {
    const host = new Host(options, this);
    this.#hosts.push(host);
    await Promise.race([this.worker(host), host.ended()]);
    if (!host.alive) throw new Error(`host ${host.name} ended: ${host.log}`);
    return host;
  }

  /** The registered worker of a host, as the database knows it now. */
  async workerOf(host: Host): Promise<(Identity & { id: number }) | undefined> {
    const { rows } = await this.pool.query(
      "select id, pid, pid_started as started from holdfast.workers where name = $1 and ended_at is null order by id desc limit 1",
      [host.name],
    );
    return rows[0];
  }

  /** The registered worker of a host; fails when there is none. */
  async worker(host: Host): Promise<Identity & { id: number }> {
    return until(`host ${host.name} has a worker`, () => this.workerOf(host));
  }

  /** One statement as the role `holdfast_worker`, as a worker or a runner would send it. */
  async asWorker(text: string, values: unknown[] = []): Promise<pg.QueryResult> {
    const client = new pg.Client({ connectionString: this.databaseUrl, types: NUMBERS });
    await client.connect();
    try {
      return await client.query(text, values);
    } finally {
      await client.end();
    }
  }

  /** Stops every host in good order and returns what is left running afterwards: nothing, unless something is wrong. */
  async leftRunning(): Promise<Leftover[]> {
    await Promise.all(this.#hosts.map((host) => host.stop()));
    await until("nothing is left", () => processesOf(this.folder).length === 0, 30_000).catch(() => {});
    return processesOf(this.folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { pid, started } of processesOf(this.folder)) signalProcess(pid, started, "SIGCONT");
    await Promise.all(this.#hosts.map((host) => host.stop()));
    for (const { pid, started } of processesOf(this.folder)) signalProcess(pid, started, "SIGKILL");
    await this.pool.end();
    await this.#closing();
    if (KEEP_LOGS)
      for (const host of this.#hosts) cpSync(host.logFile, join(KEEP_LOGS, basename(this.folder), `${host.name}.log`));
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

const NUMBERS: pg.CustomTypesConfig = {
  // biome-ignore lint/suspicious/noExplicitAny: pg types its own registry so
  getTypeParser: (oid: number, format?: any) =>
    (oid === 20 || oid === 1700) && format !== "binary" ? Number : pg.types.getTypeParser(oid, format),
};
