import "./production.ts";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { pathToFileURL } from "node:url";
import { createRequestListener } from "@react-router/node";
import type { Logger } from "pino";
import type { ServerBuild } from "react-router";
import sirv from "sirv";
import type { Build } from "./build.ts";
import { gate, inUrl, originsOf } from "./gate.ts";
import { SECURITY_HEADERS } from "./headers.ts";
import type { Settings } from "./settings.ts";

/** The admin app while it listens. Dispose it to stop: open requests are answered, for up to 5 s. */
export interface AdminServer extends AsyncDisposable {
  /** The address to open: the public one, where there is a proxy in front. */
  readonly url: string;
  /** The address it listens on. */
  readonly listens: string;
}

const PATIENCE_MS = 5_000;

/**
 * Starts the built app. Errors: `EADDRINUSE` when somebody else listens on the port.
 *
 * The app reads where the project is from the environment, so this process serves one project.
 */
export async function startAdminServer(settings: Settings, built: Build, log: Logger): Promise<AdminServer> {
  process.env.HOLDFAST_URL = settings.url;
  process.env.HOLDFAST_KEY = settings.key;
  process.env.HOLDFAST_ADMIN_SECURE = settings.origin?.startsWith("https:") ? "1" : "";
  const routes = (await import(pathToFileURL(built.server).href)) as ServerBuild;
  // The gate has compared the whole origin. React Router compares once more, and would take a proxy's https for another site.
  const allowedActionOrigins = settings.origin === undefined ? [] : [new URL(settings.origin).host];
  const page = createRequestListener({ build: { ...routes, allowedActionOrigins }, mode: "production" });
  const files = sirv(built.client, {
    etag: true,
    setHeaders: (response, path) => {
      if (path.startsWith("/assets/")) response.setHeader("Cache-Control", "public, max-age=31536000, immutable");
    },
  });
  let origins = new Set<string>();
  const server = createServer((request, response) => {
    const began = performance.now();
    response.on("finish", () => {
      const took = Math.round(performance.now() - began);
      // The path alone: a query may hold what somebody searched for.
      const path = request.url?.split("?")[0];
      log[response.statusCode >= 500 ? "error" : "debug"]({
        method: request.method,
        path,
        status: response.statusCode,
        took,
      });
    });
    answer(request, response);
  });
  const answer = (request: IncomingMessage, response: ServerResponse) => {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    const refusal = gate(request, origins);
    if (refusal) {
      log.warn({ method: request.method, host: request.headers.host, origin: request.headers.origin }, refusal.message);
      response.writeHead(refusal.status, { "Content-Type": "text/plain; charset=utf-8" }).end(`${refusal.message}\n`);
      return;
    }
    files(request, response, () => page(request, response));
  };
  await new Promise<void>((listening, failed) => {
    server.once("error", failed).listen(settings.port, settings.host, listening);
  });
  const { port } = server.address() as AddressInfo;
  origins = originsOf(settings.host, port, settings.origin);
  return {
    url: [...origins][0] as string,
    listens: `http://${inUrl(settings.host)}:${port}`,
    [Symbol.asyncDispose]: () => stop(server),
  };
}

async function stop(server: ReturnType<typeof createServer>): Promise<void> {
  const stopped = new Promise<void>((done) => server.close(() => done()));
  server.closeIdleConnections();
  const patience = setTimeout(() => server.closeAllConnections(), PATIENCE_MS);
  await stopped;
  clearTimeout(patience);
}
