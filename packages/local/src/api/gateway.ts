import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Logger } from "pino";
import type { DataApi } from "./data-api.ts";
import type { ApiAnswer, ApiRequest } from "./protocol.ts";
import { UnavailableError } from "./unavailable.ts";

/** The only paths that are forwarded. Lite serves others, one of which shows the database's password. */
const FORWARDED = /^\/(rest|auth)\/v1(\/|$)/;

/** Longest body that is read. A batch of 1000 jobs fits; a job's payload alone is limited far below, by SQL. */
export const MAX_BODY_BYTES = 16 * 1024 * 1024;

/** The HTTP door of the local Data API and Auth. */
export class Gateway implements AsyncDisposable {
  readonly #server: Server;
  readonly #api: DataApi;
  readonly port: number;

  private constructor(server: Server, api: DataApi) {
    this.#server = server;
    this.#api = api;
    this.port = (server.address() as AddressInfo).port;
  }

  /**
   * Listens on 127.0.0.1.
   *
   * @param port 0 picks a free one
   * @throws the system's EADDRINUSE when the port is taken
   */
  static async open(port: number, api: DataApi, log: Logger): Promise<Gateway> {
    const server = createServer((request, response) => {
      answer(request, response, api).catch((error: unknown) => {
        if (error instanceof UnavailableError) return unavailable(response, error);
        log.error({ err: error, method: request.method, path: pathOf(request) }, "the Data API failed");
        refuse(response, 500, "the local Data API failed; see its log");
      });
    });
    server.listen({ host: "127.0.0.1", port });
    await once(server, "listening");
    return new Gateway(server, api);
  }

  /**
   * Ends idle connections at once and lets requests in flight finish, for at most five seconds. Then the Data API is
   * ended, by which those that are left are refused.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeIdleConnections();
    const late = setTimeout(() => void this.#refuseTheRest(), 5_000);
    await closed;
    clearTimeout(late);
  }

  async #refuseTheRest(): Promise<void> {
    await this.#api[Symbol.asyncDispose]();
    // Their answers are written in the turns that follow; a peer that does not read them is not waited for.
    setTimeout(() => this.#server.closeAllConnections(), 250);
  }
}

async function answer(request: IncomingMessage, response: ServerResponse, api: DataApi): Promise<void> {
  // A page on the web can make its own host name resolve to 127.0.0.1; its requests still carry that name.
  if (!isOwnHost(request)) return refuse(response, 421, "this server answers for 127.0.0.1 and localhost only");
  if (!FORWARDED.test(pathOf(request))) return refuse(response, 404, "only /rest/v1 and /auth/v1 are served here");
  if (request.method === "OPTIONS") return allowOrigins(request, response);
  const body = await readBody(request);
  if (body === "too long") return refuse(response, 413, `the body is longer than ${MAX_BODY_BYTES} bytes`);
  send(response, await api.answer(toRequest(request, body)));
}

/**
 * Answers a browser's preflight as Supabase does: any origin, since the key and the token say who asks, not a cookie.
 * Answered here because lite looks for a table first, and a browser gives up on its 404.
 */
function allowOrigins(request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(204, {
    "access-control-allow-origin": "*",
    "access-control-allow-methods": "GET, HEAD, POST, PATCH, PUT, DELETE, OPTIONS",
    "access-control-allow-headers": request.headers["access-control-request-headers"] ?? "*",
    "access-control-max-age": "3600",
    vary: "Access-Control-Request-Headers",
  });
  response.end();
}

function isOwnHost(request: IncomingMessage): boolean {
  const port = request.socket.localPort;
  return [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`].includes(
    request.headers.host?.toLowerCase() ?? "",
  );
}

function pathOf(request: IncomingMessage): string {
  // Normalised the way the router behind will: /rest/v1/../../_system/info must not slip through.
  try {
    return decodeURI(new URL(request.url ?? "/", "http://localhost").pathname);
  } catch {
    return "";
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer | undefined | "too long"> {
  if (request.method === "GET" || request.method === "HEAD") return undefined;
  if (Number(request.headers["content-length"]) > MAX_BODY_BYTES) return "too long";
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.byteLength;
    if (length > MAX_BODY_BYTES) return "too long";
    parts.push(part);
  }
  return length === 0 ? undefined : Buffer.concat(parts);
}

function toRequest(request: IncomingMessage, body: Buffer | undefined): ApiRequest {
  const headers: ApiRequest["headers"] = [];
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    headers.push([request.rawHeaders[at] as string, request.rawHeaders[at + 1] as string]);
  }
  const { href } = new URL(request.url ?? "/", `http://${request.headers.host}`);
  return { method: request.method ?? "GET", url: href, headers, body };
}

function send(response: ServerResponse, { status, headers, body }: ApiAnswer): void {
  response.statusCode = status;
  for (const [name, value] of headers) {
    if (name !== "content-length" && name !== "transfer-encoding") response.appendHeader(name, value);
  }
  if (status !== 204 && status !== 304) response.setHeader("content-length", body.byteLength);
  response.end(body);
}

/** The answer while database or Data API are away, readable by pages too; supabase-js reads again by itself after it. */
function unavailable(response: ServerResponse, { status, code, message, hint }: UnavailableError): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(status, {
    "content-type": "application/json",
    "access-control-allow-origin": "*",
    "retry-after": "1",
  });
  response.end(JSON.stringify({ code, message, details: null, hint }));
}

function refuse(response: ServerResponse, status: number, message: string): void {
  if (response.headersSent) return void response.destroy();
  // The body of a refused request may be unread: the connection cannot serve another one.
  response.writeHead(status, {
    "content-type": "application/json",
    connection: "close",
  });
  response.end(
    JSON.stringify({
      code: `holdfast.gateway_${status}`,
      message,
      details: null,
      hint: null,
    }),
  );
}
