import { type ChildProcess, execFile, fork } from "node:child_process";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";

const SERVER = join(import.meta.dirname, "../../server");
const MAIN = join(SERVER, "main.ts");

/** How long a hook may take that builds: seconds, unless the machine has much else to do. */
export const BUILDING_MS = 300_000;

/** Builds the app if it is not built: several processes that each find no build would each make one. */
export async function builtOnce(): Promise<void> {
  await promisify(execFile)(process.execPath, [join(SERVER, "build.ts")]);
}

/** The app as its own process, which has exactly the given environment. */
export class App implements AsyncDisposable {
  readonly url: string;
  readonly child: ChildProcess;
  readonly #written: string[];

  private constructor(url: string, child: ChildProcess, written: string[]) {
    this.url = url;
    this.child = child;
    this.#written = written;
  }

  /** Starts it. Errors: what it wrote, when it ends instead. */
  static async start(environment: Record<string, string>): Promise<App> {
    const child = fork(MAIN, { execArgv: [], stdio: ["ignore", "pipe", "pipe", "ipc"], env: environment });
    const written: string[] = [];
    for (const stream of [child.stdout, child.stderr]) stream?.on("data", (piece) => written.push(String(piece)));
    const url = await new Promise<string>((started, failed) => {
      child.once("message", (message) => started((message as { url: string }).url));
      child.once("close", (code) => failed(new Error(`ended with ${code}: ${written.join("")}`)));
    });
    return new App(url, child, written);
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  /** What it has written so far. */
  log(): string {
    return this.#written.join("");
  }

  /** Sends a signal; resolves with the exit code once it has ended. */
  end(signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> {
    if (this.child.exitCode !== null) return Promise.resolve(this.child.exitCode);
    const ended = new Promise<number | null>((done) => this.child.once("close", done));
    this.child.kill(signal);
    return ended;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end("SIGKILL");
  }
}

/** An answer as it came over the socket. */
export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** One request on a socket of its own, with exactly these headers: a browser would not let anybody say so. */
export function ask(
  port: number,
  path: string,
  { method = "GET", headers = {}, body }: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path, method, headers, agent: false }, (response) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece) => pieces.push(piece));
      response.on("error", reject);
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(pieces).toString("utf8"),
        }),
      );
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

/** A project that answers as it is told: what the app asks it, and when it gets its answer. */
export class Project implements AsyncDisposable {
  readonly url: string;
  readonly asked: IncomingMessage[] = [];
  answer: (request: IncomingMessage, response: ServerResponse) => void = (_, response) =>
    response.writeHead(401, { "Content-Type": "application/json" }).end('{"code": 401, "msg": "nobody"}');
  readonly #close: () => Promise<void>;

  private constructor(url: string, close: () => Promise<void>) {
    this.url = url;
    this.#close = close;
  }

  static async start(): Promise<Project> {
    const server = createServer((request, response) => {
      project.asked.push(request);
      project.answer(request, response);
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const project: Project = new Project(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, async () => {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    });
    return project;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#close();
  }
}

/** A cookie with a session that looks right: whether it is, only Auth can say, so the app has to ask. */
export function sessionCookie(): string {
  const now = Math.floor(Date.now() / 1000);
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = { sub: "00000000-0000-4000-8000-000000000001", role: "authenticated", iat: now, exp: now + 3600 };
  const session = {
    access_token: `${part({ alg: "HS256", typ: "JWT" })}.${part(claims)}.${part("signed by nobody")}`,
    refresh_token: "none",
    token_type: "bearer",
    expires_in: 3600,
    expires_at: now + 3600,
    user: { id: claims.sub },
  };
  return `holdfast-admin=base64-${part(session)}`;
}
