import { type ChildProcess, fork } from "node:child_process";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import type { Logger } from "pino";
import {
  type ApiAnswer,
  type ApiRequest,
  type ApiSettings,
  DATABASE_LOST,
  type FromDataApi,
  type ToDataApi,
} from "./protocol.ts";
import { apiRestarting, databaseAway, tooSlow, type UnavailableError } from "./unavailable.ts";

const ENTRY = join(import.meta.dirname, "../../bin/data-api.ts");

/** How a process of the Data API ended. */
export interface ApiEnd {
  /** It ended itself because its database went away. */
  databaseLost: boolean;
  /** Exit code or signal, and the last it wrote to stderr. */
  why: string;
}

interface Pending {
  done(answer: ApiAnswer): void;
  failed(error: Error): void;
}

/** What a process of the Data API says about itself, as opposed to its answers. */
export type News = Extract<FromDataApi, { say: "waiting" | "ready" }>;

/**
 * One life of the process that serves the Data API (bin/data-api.ts).
 *
 * It is spoken to over the channel that Node opens between parent and child: there is no socket that anybody else could
 * knock at, and the child learns of this process' end from it, also from SIGKILL.
 */
export class DataApiProcess {
  /** Resolves when the process is gone; every request in flight has been refused by then. */
  readonly ended: Promise<ApiEnd>;
  readonly #child: ChildProcess;
  readonly #pending = new Map<number, Pending>();
  #lastId = 0;
  #stderr: string[] = [];
  #end: ApiEnd | undefined;

  /** Starts the process; it loads while the database may still be starting. */
  constructor(heard: (news: News) => void, log: Logger) {
    this.#child = fork(ENTRY, [], {
      execPath: process.execPath,
      execArgv: [],
      cwd: dirname(ENTRY),
      // Postgres clients read PG* variables, and lite reads others.
      env: { PATH: process.env.PATH ?? "/usr/bin:/bin", TZ: "UTC" },
      serialization: "advanced",
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      // Ctrl-C in a terminal goes to everything in its foreground; this process is needed until the stack has ended.
      detached: true,
    });
    this.#child.on("message", (message: FromDataApi) => {
      if (message.say === "answer") this.#settle(message.id)?.done(message.answer);
      else if (message.say === "failed") this.#settle(message.id)?.failed(new Error(message.why));
      else heard(message);
    });
    this.#collect(log);
    this.ended = new Promise((done) => {
      // `close` comes after `exit`, when everything printed has been read; `error` alone when it could not be started.
      const end = (why: string, code: number | null) => {
        if (this.#end) return;
        this.#end = { databaseLost: code === DATABASE_LOST, why: [why, ...this.#stderr].join("\n") };
        for (const id of [...this.#pending.keys()]) this.#settle(id)?.failed(this.#refusal());
        done(this.#end);
      };
      this.#child.on("error", (error) => this.#child.pid === undefined && end(error.message, null));
      this.#child.once("close", (code, signal) => end(signal ?? `exit code ${code}`, code));
    });
  }

  /** Its pid; `undefined` when it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Tells it what to serve. It answers `ready` once the database accepts connections. */
  open(settings: ApiSettings): void {
    this.#tell({ say: "open", settings });
  }

  /** @throws {UnavailableError} the process ended under the request, or took longer than `limitMs` (and is ended for it) */
  ask(request: ApiRequest, limitMs: number): Promise<ApiAnswer> {
    if (this.#end) return Promise.reject(this.#refusal());
    const id = ++this.#lastId;
    const answered = new Promise<ApiAnswer>((done, failed) => {
      const late = setTimeout(() => {
        this.#settle(id)?.failed(tooSlow(limitMs));
        // Lite cannot give up a statement, and a connection that hangs would be lost to its pool for good.
        this.#child.kill("SIGKILL");
      }, limitMs);
      this.#pending.set(id, {
        done: (answer) => {
          clearTimeout(late);
          done(answer);
        },
        failed: (error) => {
          clearTimeout(late);
          failed(error);
        },
      });
    });
    this.#tell({ say: "ask", id, request });
    return answered;
  }

  /** Ends the process and waits until it is gone. */
  async end(): Promise<void> {
    // It keeps nothing that would need an orderly end; and Node never reports `close` after a disconnect() of ours.
    this.#child.kill("SIGKILL");
    await this.ended;
  }

  #tell(message: ToDataApi): void {
    if (this.#child.connected) this.#child.send(message, () => {}); // a channel that broke is followed by `close`
  }

  #settle(id: number): Pending | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    return pending;
  }

  #refusal(): UnavailableError {
    return this.#end?.databaseLost ? databaseAway() : apiRestarting();
  }

  #collect(log: Logger): void {
    const { stdout, stderr } = this.#child;
    if (!stdout || !stderr) return;
    createInterface(stdout).on("line", (line) => log.debug({ printed: line }, "the Data API printed"));
    createInterface(stderr).on("line", (line) => {
      this.#stderr = [...this.#stderr, line].slice(-30);
    });
  }
}
