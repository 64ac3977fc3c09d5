import type { IncomingMessage } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { gate, originsOf } from "../server/gate.ts";
import { App, ask, BUILDING_MS, builtOnce } from "./support/app.ts";

const LOOPBACK = originsOf("127.0.0.1", 54_330, undefined);
const PUBLIC = originsOf("0.0.0.0", 54_330, "https://ops.example.com");

/** The status that a request gets from the gate; 200 when it is let through. */
function passes(method: string, headers: Record<string, string>, origins: ReadonlySet<string> = LOOPBACK): number {
  const type = { "content-type": "application/x-www-form-urlencoded" };
  return gate({ method, headers: { ...type, ...headers } } as unknown as IncomingMessage, origins)?.status ?? 200;
}

describe("the gate lets through", () => {
  test.each([
    ["a reader on 127.0.0.1", "GET", { host: "127.0.0.1:54330" }],
    ["a reader on localhost", "GET", { host: "localhost:54330" }],
    ["a reader on [::1]", "GET", { host: "[::1]:54330" }],
    ["a reader who came by a link from elsewhere", "GET", { host: "localhost:54330", "sec-fetch-site": "cross-site" }],
    ["HEAD without an Origin", "HEAD", { host: "localhost:54330" }],
    ["a form of the app's own", "POST", { host: "localhost:54330", origin: "http://localhost:54330" }],
    ["a form over IPv6", "POST", { host: "[::1]:54330", origin: "http://[::1]:54330" }],
    [
      "a form that the browser knows to be the app's own",
      "POST",
      { host: "localhost:54330", origin: "http://localhost:54330", "sec-fetch-site": "same-origin" },
    ],
  ])("%s", (_who, method, headers) => {
    expect(passes(method, headers)).toBe(200);
  });
});

describe("the gate refuses", () => {
  const own = { host: "localhost:54330", origin: "http://localhost:54330" };
  test.each([
    ["a name that somebody else made point here", "GET", { host: "evil.example:54330" }, 421],
    ["the right name with another port", "GET", { host: "localhost:80" }, 421],
    ["a name without its port", "GET", { host: "localhost" }, 421],
    ["no name at all", "GET", {}, 421],
    ["a name that only begins like this one", "GET", { host: "localhost:54330.evil.example" }, 421],
    ["a fetch by another site", "GET", { ...own, origin: "http://evil.example" }, 403],
    ["a fetch by another app on this machine", "GET", { ...own, origin: "http://localhost:3000" }, 403],
    ["https where this is http", "POST", { ...own, origin: "https://localhost:54330" }, 403],
    ["a sandboxed frame", "POST", { ...own, origin: "null" }, 403],
    ["a change that does not say where it comes from", "POST", { host: "localhost:54330" }, 403],
    ["an empty Origin", "POST", { ...own, origin: "" }, 403],
    ["a change by PUT without an Origin", "PUT", { host: "localhost:54330" }, 403],
    ["a change that the browser knows to be another site's", "POST", { ...own, "sec-fetch-site": "cross-site" }, 403],
    ["a change from another port of this machine", "POST", { ...own, "sec-fetch-site": "same-site" }, 403],
    ["a change without a page behind it", "POST", { ...own, "sec-fetch-site": "none" }, 403],
    ["a change of no stated length", "POST", { ...own, "transfer-encoding": "chunked" }, 411],
    ["a change of more than any form holds", "POST", { ...own, "content-length": "2000001" }, 413],
    ["a change that is no form", "POST", { ...own, "content-type": "application/json" }, 415],
    ["a form with files", "POST", { ...own, "content-type": "multipart/form-data; boundary=x" }, 415],
    ["a change of no type", "POST", { ...own, "content-type": "" }, 415],
  ])("%s", (_who, method, headers, status) => {
    expect(passes(method, headers as Record<string, string>)).toBe(status);
  });
});

test("behind a proxy only the public origin counts, whatever the server listens on", () => {
  const own = { host: "ops.example.com", origin: "https://ops.example.com" };
  expect(passes("POST", own, PUBLIC)).toBe(200);
  expect(passes("GET", { host: "127.0.0.1:54330" }, PUBLIC)).toBe(421);
  expect(passes("POST", { ...own, origin: "http://ops.example.com" }, PUBLIC)).toBe(403);
});

test("an address of IPv6 makes an origin that a browser would send", () => {
  expect([...originsOf("::1", 8080, undefined)]).toContain("http://[::1]:8080");
  const origins = originsOf("fd00::7", 8080, undefined);
  expect([...origins]).toEqual(["http://[fd00::7]:8080"]);
  expect(passes("POST", { host: "[fd00::7]:8080", origin: "http://[fd00::7]:8080" }, origins)).toBe(200);
});

describe("over a socket", () => {
  let app: App;
  let proxied: App;
  beforeAll(async () => {
    await builtOnce();
    const project = { HOLDFAST_URL: "http://127.0.0.1:9", HOLDFAST_KEY: "sb_publishable_x", HOLDFAST_ADMIN_PORT: "0" };
    app = await App.start(project);
    proxied = await App.start({ ...project, HOLDFAST_ADMIN_ORIGIN: "https://ops.example.com" });
  }, BUILDING_MS);
  afterAll(async () => {
    await app?.[Symbol.asyncDispose]();
    await proxied?.[Symbol.asyncDispose]();
  });

  test("nothing is behind a strange Host: no page, no file, no act", async () => {
    for (const path of ["/sign-in", "/favicon.svg", "/w/local/history.data", "/w/local/act"]) {
      const answer = await ask(app.port, path, { headers: { Host: "evil.example" } });
      expect(answer.status, path).toBe(421);
      expect(answer.body).toContain(app.url);
    }
  });

  test("nothing is changed from a strange Origin: neither by a page's form nor by an address without a page", async () => {
    for (const path of ["/sign-in", "/sign-out", "/w/local/act", "/w/local/views", "/w/local/history.data"]) {
      for (const origin of ["http://evil.example", "null", "http://127.0.0.1:1"]) {
        const answer = await ask(app.port, path, { method: "POST", headers: { Origin: origin } });
        expect(answer.status, `${path} from ${origin}`).toBe(403);
        expect(answer.headers["set-cookie"]).toBeUndefined();
      }
      expect((await ask(app.port, path, { method: "POST" })).status, `${path} without Origin`).toBe(403);
    }
  });

  test("the app's own form is let in by each of its names", async () => {
    for (const name of ["127.0.0.1", "localhost", "[::1]"]) {
      const host = `${name}:${app.port}`;
      const answer = await ask(app.port, "/sign-in", {
        method: "POST",
        headers: { Host: host, Origin: `http://${host}`, "Content-Type": "application/x-www-form-urlencoded" },
        body: "email=&password=",
      });
      expect(answer.status, name).toBe(200);
      expect(answer.body).toContain("Give both, email and password.");
    }
  });

  test("behind a proxy a page has its public name, and a form comes in by it", async () => {
    expect(proxied.url).toBe("https://ops.example.com");
    await expect.poll(() => proxied.log()).toContain("listening at https://ops.example.com");
    const port = Number(/"listens":"http:\/\/127\.0\.0\.1:(\d+)"/.exec(proxied.log())?.[1]);
    const headers = { Host: "ops.example.com", Origin: "https://ops.example.com" };
    const answer = await ask(port, "/sign-in", {
      method: "POST",
      headers: { ...headers, "Content-Type": "application/x-www-form-urlencoded" },
      body: "email=&password=",
    });
    expect(answer.status).toBe(200);
    expect((await ask(port, "/sign-in")).status).toBe(421);
  });
});
