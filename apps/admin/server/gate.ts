import type { IncomingMessage } from "node:http";

/** Why a request is refused before anything reads it. */
export interface Refusal {
  status: 403 | 411 | 413 | 415 | 421;
  message: string;
}

/** More than any form of this app holds, with every character of it escaped. */
const MOST_BYTES = 2_000_000;

/**
 * Host and Origin of every request, whatever it asks for. A page elsewhere must not reach this app through the reader's
 * browser: neither by a name that resolves to this machine (Host), nor by a form or fetch of its own (Origin). Cookies know
 * no ports, so even another app on this machine counts as elsewhere.
 */
export function gate(request: IncomingMessage, origins: ReadonlySet<string>): Refusal | undefined {
  const hosts = new Set([...origins].map((origin) => new URL(origin).host));
  if (!hosts.has(request.headers.host ?? "")) {
    return { status: 421, message: `This app does not answer to the name in the Host header. Open ${[...origins][0]}` };
  }
  const { origin } = request.headers;
  if (origin !== undefined && !origins.has(origin)) {
    return { status: 403, message: "A request from another site is refused." };
  }
  const reads = request.method === "GET" || request.method === "HEAD";
  if (!reads && origin === undefined) {
    return { status: 403, message: "A change must say where it comes from (Origin)." };
  }
  const site = request.headers["sec-fetch-site"];
  if (!reads && site !== undefined && site !== "same-origin") {
    return { status: 403, message: "A change from another site is refused." };
  }
  return reads ? undefined : form(request);
}

/** A change is a form, and says how long it is: whatever reads it later can rely on that. */
function form({ headers }: IncomingMessage): Refusal | undefined {
  if (headers["transfer-encoding"] !== undefined) {
    return { status: 411, message: "A change must say how long it is (Content-Length)." };
  }
  if (Number(headers["content-length"] ?? 0) > MOST_BYTES) {
    return { status: 413, message: `A change has ${MOST_BYTES} bytes at most.` };
  }
  if (headers["content-type"]?.split(";")[0]?.trim().toLowerCase() !== "application/x-www-form-urlencoded") {
    return { status: 415, message: "A change is a form (application/x-www-form-urlencoded)." };
  }
  return undefined;
}

/** Every origin that means this server: the public one, or the loopback names with its port. */
export function originsOf(host: string, port: number, origin: string | undefined): Set<string> {
  if (origin !== undefined) return new Set([origin]);
  const names =
    host === "127.0.0.1" || host === "::1" || host === "localhost" ? ["127.0.0.1", "localhost", "[::1]"] : [host];
  return new Set(names.map((name) => `http://${inUrl(name)}:${port}`));
}

/** A host as an address names it: IPv6 stands in brackets. */
export function inUrl(host: string): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}
