import { spawn, spawnSync } from "node:child_process";
import { chownSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LocalStackError } from "../errors.ts";
import { isAlive, signal } from "../process/identity.ts";
import { waitUntil } from "../process/wait-until.ts";
import { RUNS_AS_ROOT, systemHome } from "../state/paths.ts";
import { type OsUser, postgresUser } from "./os-user.ts";
import { findPostmaster, type Postmaster, removeStalePostmasterFile } from "./postmaster-file.ts";
import { findPrograms, type Programs, shown } from "./programs.ts";

/** How a server is told to stop: `fast` ends sessions and writes a checkpoint, `immediate` is a crash. */
export type StopMode = "fast" | "immediate";

/** Options of {@link PostgresServer.open}. */
export interface ServerOptions {
  /** The folder that holds the data directory; made when missing. */
  home: string;
  port: number;
  /** Where the server's log goes (appended). */
  logFile: string;
  /** Extra settings, e.g. `{ fsync: "off" }`. */
  settings?: Record<string, string>;
}

const SETTINGS: Record<string, string> = {
  listen_addresses: "127.0.0.1",
  // No socket: one door less, and no limit on the length of the state folder's path.
  unix_socket_directories: "",
  max_connections: "300",
  password_encryption: "scram-sha-256",
  timezone: "UTC",
  log_timezone: "UTC",
  log_min_messages: "warning",
  log_line_prefix: "%m [%p] %q%u@%d ",
};

/**
 * One Postgres server process and its data directory.
 *
 * The server is detached: it survives the process that started it, whatever happens to that one, and is found again by
 * the next start.
 */
export class PostgresServer {
  readonly dataDir: string;
  readonly port: number;
  readonly logFile: string;
  readonly #home: string;
  readonly #programs: Programs;
  readonly #user: OsUser | undefined;
  readonly #settings: Record<string, string>;

  private constructor(options: ServerOptions, programs: Programs, user: OsUser | undefined) {
    this.#home = options.home;
    this.dataDir = join(options.home, "data");
    this.port = options.port;
    this.logFile = options.logFile;
    this.#settings = { ...SETTINGS, ...options.settings };
    this.#programs = programs;
    this.#user = user;
  }

  /** Prepares the programs and the folder; starts nothing. */
  static async open(options: ServerOptions): Promise<PostgresServer> {
    const user = postgresUser();
    // Everybody may pass through the system folder, nobody may list it; what is inside has its own, tighter mode.
    if (RUNS_AS_ROOT) mkdirSync(systemHome(), { recursive: true, mode: 0o711 });
    const programs = await findPrograms();
    mkdirSync(options.home, { recursive: true, mode: 0o700 });
    if (user) chownSync(options.home, user.uid, user.gid);
    return new PostgresServer(options, programs, user);
  }

  /** True once {@link initialise} has completed. */
  get initialised(): boolean {
    return existsSync(join(this.dataDir, "PG_VERSION"));
  }

  /** The live server of this data directory, whoever started it. */
  get running(): Postmaster | undefined {
    return findPostmaster(this.dataDir);
  }

  /** Makes an empty cluster whose superuser is `supabase_admin`. */
  initialise(password: string): void {
    const passwordFile = join(this.#home, ".password");
    writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
    if (this.#user) chownSync(passwordFile, this.#user.uid, this.#user.gid);
    const args = ["--pgdata", this.dataDir, "--username", "supabase_admin", "--pwfile", passwordFile];
    // The built-in C.UTF-8 gives every machine the same order and needs no locale installed.
    args.push("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C");
    args.push("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--no-instructions");
    const run = spawnSync(this.#programs.initdb, args, {
      ...this.#spawnOptions(this.#home),
      encoding: "utf8",
    });
    rmSync(passwordFile, { force: true });
    if (run.status === 0) return;
    rmSync(this.dataDir, { recursive: true, force: true });
    throw new LocalStackError(
      "local.initdb_failed",
      `initdb failed: ${run.error?.message ?? `${run.stdout}${run.stderr}`.trim()}`,
      `check the free space and the permissions of ${shown(this.#home)}`,
    );
  }

  /**
   * Starts the server and waits until it accepts connections. A live server of this directory is kept if it listens on
   * the wanted port, and restarted if not.
   */
  async start(): Promise<Postmaster> {
    const alive = this.running;
    if (alive && alive.port !== this.port) await this.stop("fast");
    else if (alive) return this.#untilReady(() => true);
    removeStalePostmasterFile(this.dataDir);
    this.#writeSettings();
    // A crashed server's children hold its shared memory for a moment longer; Postgres then refuses to start.
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#launch();
      } catch (error) {
        if (attempt === 20 || !/pre-existing shared memory/.test(String(error))) throw error;
        await waitUntil(() => false, 250);
      }
    }
  }

  /** Stops the server and waits until its process is gone. Returns at once when none runs. */
  async stop(mode: StopMode = "fast"): Promise<void> {
    const server = this.running;
    if (!server) return;
    signal(server, mode === "fast" ? "SIGINT" : "SIGQUIT");
    if (await waitUntil(() => !isAlive(server), 30_000)) return;
    // A fast stop waits for a checkpoint; a minute on, the disk is the problem and the log says so.
    signal(server, "SIGQUIT");
    if (await waitUntil(() => !isAlive(server), 30_000)) return;
    throw new LocalStackError(
      "local.postgres_hangs",
      `Postgres (pid ${server.pid}) does not stop`,
      `look at ${shown(this.logFile)}, then end that process`,
    );
  }

  /** Stops the server and removes its files. */
  async destroy(): Promise<void> {
    await this.stop("immediate");
    rmSync(this.#home, { recursive: true, force: true, maxRetries: 5 });
  }

  #writeSettings(): void {
    const quoted = Object.entries(this.#settings).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`);
    this.#writeOwned("postgresql.conf", `# Written by packages/local at every start.\n${quoted.join("\n")}\n`);
    this.#writeOwned("pg_hba.conf", "host all all 127.0.0.1/32 scram-sha-256\n");
  }

  #writeOwned(name: string, content: string): void {
    const path = join(this.dataDir, name);
    writeFileSync(path, content, { mode: 0o600 });
    if (this.#user) chownSync(path, this.#user.uid, this.#user.gid);
  }

  async #launch(): Promise<Postmaster> {
    const log = openSync(this.logFile, "a", 0o600);
    const offset = readFileSync(this.logFile).byteLength;
    try {
      const child = spawn(this.#programs.postgres, ["-D", this.dataDir, "-p", String(this.port)], {
        ...this.#spawnOptions(this.dataDir),
        detached: true,
        stdio: ["ignore", log, log],
      });
      let failure: string | undefined;
      child.once("error", (error) => {
        failure = error.message;
      });
      child.once("exit", (code, name) => {
        failure = `it ended with ${name ?? `exit code ${code}`}`;
      });
      child.unref();
      return await this.#untilReady(
        () => failure === undefined,
        () => `${failure}\n${readFileSync(this.logFile).subarray(offset).toString().trim()}`,
      );
    } finally {
      closeSync(log);
    }
  }

  async #untilReady(goesOn: () => boolean, why?: () => string): Promise<Postmaster> {
    let server: Postmaster | undefined;
    // Recovery after a crash may take a while; a server that is dead is noticed at once.
    await waitUntil(
      () => {
        server = this.running;
        return server?.ready === true || !goesOn();
      },
      120_000,
      10,
    );
    if (server?.ready) return server;
    throw new LocalStackError(
      "local.postgres_failed",
      `Postgres did not start: ${why?.() ?? "it is not ready after two minutes"}`,
      `look at ${shown(this.logFile)}`,
    );
  }

  #spawnOptions(cwd: string): {
    cwd: string;
    env: NodeJS.ProcessEnv;
    uid?: number;
    gid?: number;
  } {
    // A clean environment: PG* variables of the shell must not reach the server.
    const env = {
      PATH: process.env.PATH ?? "/usr/bin:/bin",
      LC_ALL: "C",
      TZ: "UTC",
    };
    return { cwd, env, ...this.#user };
  }
}
