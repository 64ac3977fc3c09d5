import { chownSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { LocalStackError } from "../errors.ts";
import { isAlive, signal } from "../process/identity.ts";
import { waitUntil } from "../process/wait-until.ts";
import { RUNS_AS_ROOT, systemHome } from "../state/paths.ts";
import { initdb } from "./initdb.ts";
import { launch, untilReady } from "./launch.ts";
import { type OsUser, postgresUser } from "./os-user.ts";
import { findPostmaster, type Postmaster, removeStalePostmasterFile } from "./postmaster-file.ts";
import { findPrograms, type Programs } from "./programs.ts";
import { writeSettings } from "./settings.ts";

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
    this.#settings = options.settings ?? {};
    this.#programs = programs;
    this.#user = user;
  }

  /** Prepares the programs and the folder; starts nothing. */
  static async open(options: ServerOptions): Promise<PostgresServer> {
    const user = postgresUser();
    // Everybody may pass through the system folder, nobody may list it; what is inside has its own, tighter mode.
    if (RUNS_AS_ROOT) mkdirSync(systemHome(), { recursive: true, mode: 0o711 });
    const programs = await findPrograms(options.home);
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
    initdb(this.#programs, this.#home, password, this.#user);
  }

  /**
   * Starts the server and waits until it accepts connections. A live server of this directory is kept if it listens on
   * the wanted port, and restarted if not.
   *
   * @param cancel gives up waiting; a server that is already on its way up is left to {@link stop}
   */
  async start(cancel?: AbortSignal): Promise<Postmaster> {
    const alive = this.running;
    if (alive?.port === this.port) return untilReady(this.dataDir, this.logFile, () => cancel?.aborted !== true);
    if (alive) await this.stop("fast");
    removeStalePostmasterFile(this.dataDir);
    writeSettings(this.dataDir, this.#settings, this.#user);
    const { dataDir, port, logFile } = this;
    return launch({ program: this.#programs.postgres, dataDir, port, logFile, user: this.#user, cancel });
  }

  /** Stops the server and waits until its process is gone. Returns at once when none runs. */
  async stop(mode: StopMode = "fast"): Promise<void> {
    const server = this.running;
    if (!server) return;
    signal(server, mode === "fast" ? "SIGINT" : "SIGQUIT");
    if (await waitUntil(() => !isAlive(server), 30_000)) return;
    // A fast stop waits for its checkpoint; this long on, the disk is the problem. Nothing committed is lost.
    signal(server, "SIGQUIT");
    if (await waitUntil(() => !isAlive(server), 30_000)) return;
    throw new LocalStackError(
      "local.postgres_hangs",
      `Postgres (pid ${server.pid}) does not stop`,
      `look at ${this.logFile}, then end that process`,
    );
  }

  /** Stops the server and removes its files. */
  async destroy(): Promise<void> {
    await this.stop("immediate");
    rmSync(this.#home, { recursive: true, force: true, maxRetries: 5 });
  }
}
