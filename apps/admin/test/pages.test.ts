import { globSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { SECURITY_HEADERS } from "../server/headers.ts";
import { App, ask, BUILDING_MS, builtOnce, Project, sessionCookie } from "./support/app.ts";

let project: Project;
let app: App;

beforeAll(async () => {
  await builtOnce();
  project = await Project.start();
  app = await App.start({ HOLDFAST_URL: project.url, HOLDFAST_KEY: "sb_publishable_x", HOLDFAST_ADMIN_PORT: "0" });
}, BUILDING_MS);

beforeEach(() => {
  project.answer = (_, response) => response.writeHead(401, { "Content-Type": "application/json" }).end("{}");
});

afterAll(async () => {
  await app?.[Symbol.asyncDispose]();
  await project?.[Symbol.asyncDispose]();
});

/** The policy's directives by name. */
function policyOf(header: string | string[] | undefined): Record<string, string> {
  return Object.fromEntries(
    String(header)
      .split("; ")
      .map((directive) => [directive.split(" ")[0], directive.split(" ").slice(1).join(" ")]),
  );
}

const nonceOf = (policy: Record<string, string>) => /'nonce-([^']+)'/.exec(policy["script-src"] ?? "")?.[1];

describe("a page", () => {
  test("bears the security headers, and so does every other answer", async () => {
    const asked = ["/sign-in", "/favicon.svg", "/w/local/history", "/nowhere", "/w/local/alive"];
    for (const path of asked) {
      const { headers } = await ask(app.port, path);
      for (const [name, value] of Object.entries(SECURITY_HEADERS)) {
        expect(headers[name.toLowerCase()], `${name} of ${path}`).toBe(value);
      }
      expect(headers["x-powered-by"], path).toBeUndefined();
    }
    const refused = await ask(app.port, "/sign-in", { headers: { Host: "evil.example" } });
    expect(refused.headers["x-content-type-options"]).toBe("nosniff");
  });

  test("lets run no script but its own: each answer has another nonce, and every script bears it", async () => {
    const seen = new Set<string>();
    for (const path of ["/sign-in", "/sign-in", "/nowhere", "/sign-in?next=%22%3E%3Cscript%3Ealert(1)%3C/script%3E"]) {
      const { headers, body } = await ask(app.port, path);
      const policy = policyOf(headers["content-security-policy"]);
      const nonce = nonceOf(policy);
      expect(nonce, path).toMatch(/^[A-Za-z0-9+/]{22}==$/);
      expect(seen).not.toContain(nonce);
      seen.add(nonce as string);
      expect(policy["default-src"]).toBe("'none'");
      expect(policy["script-src"]).toBe(`'self' 'nonce-${nonce}'`);
      expect(policy["frame-ancestors"]).toBe("'none'");
      expect(policy["base-uri"]).toBe("'none'");
      expect(policy["form-action"]).toBe("'self'");
      expect(policy["connect-src"]).toBe("'self'");
      const scripts = body.match(/<script\b[^>]*>/g) ?? [];
      expect(scripts.length, path).toBeGreaterThan(2);
      for (const script of scripts) expect(script).toContain(`nonce="${nonce}"`);
      const styles = (body.match(/<style\b[^>]*>/g) ?? []).filter((style) => !style.includes(`nonce="${nonce}"`));
      expect(styles).toEqual([]);
      expect(body).not.toMatch(/\son[a-z]+="/);
    }
  });

  test("is never kept by a cache", async () => {
    expect((await ask(app.port, "/sign-in")).headers["cache-control"]).toBe("no-store");
    expect((await ask(app.port, "/nowhere")).headers["cache-control"]).toBe("no-store");
  });

  test("that is not there is a 404 in words, and one that asks who you are leads to the sign-in page", async () => {
    const nowhere = await ask(app.port, "/nowhere/at/all");
    expect(nowhere.status).toBe(404);
    expect(nowhere.body).toContain("There is no such page.");
    const asked = await ask(app.port, "/w/local/history?state=failed");
    expect(asked.status).toBe(302);
    expect(asked.headers.location).toBe("/sign-in?next=%2Fw%2Flocal%2Fhistory%3Fstate%3Dfailed");
  });

  test("says that the project does not answer, as such, when it does not", async () => {
    project.answer = (request) => request.destroy();
    const answer = await ask(app.port, "/w/local", { headers: { Cookie: sessionCookie() } });
    expect(answer.status).toBe(503);
    expect(answer.body).toContain("The project does not answer");
    expect(answer.body).not.toMatch(/ECONNRESET|at .*\.ts:|node_modules/);
  });
});

describe("a file", () => {
  test("under assets is named by its content and kept for ever; another is asked for again", async () => {
    const page = await ask(app.port, "/sign-in");
    const assets = [...new Set(page.body.match(/\/assets\/[\w.-]+\.(?:js|css)/g))];
    expect(assets.length).toBeGreaterThan(3);
    for (const asset of assets) {
      const answer = await ask(app.port, asset);
      expect(answer.status, asset).toBe(200);
      expect(answer.headers["cache-control"], asset).toBe("public, max-age=31536000, immutable");
      expect(answer.headers["content-type"], asset).toMatch(/^text\/(javascript|css)/);
    }
    const icon = await ask(app.port, "/favicon.svg");
    expect(icon.status).toBe(200);
    expect(icon.headers["cache-control"] ?? "").not.toContain("immutable");
    const again = await ask(app.port, "/favicon.svg", { headers: { "If-None-Match": String(icon.headers.etag) } });
    expect(again.status).toBe(304);
  });

  test("outside the browser's folder is out of reach, however the way to it is written", async () => {
    const build = join(import.meta.dirname, "../build");
    expect(globSync("*/server/index.js", { cwd: build }).length).toBeGreaterThan(0);
    const ways = [
      "/../server/index.js",
      "/%2e%2e/server/index.js",
      "/assets/../../server/index.js",
      "/assets/%2e%2e/%2e%2e/server/index.js",
      "/assets/..%2f..%2fserver/index.js",
      "/..%5cserver%5cindex.js",
      "//../server/index.js",
      "/....//server/index.js",
      "/../../../../../../../../etc/passwd",
      "/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd",
      "/%00/etc/passwd",
      "/server/index.js",
      "/package.json",
      "/.vite/manifest.json",
    ];
    for (const way of ways) {
      const { status, body } = await ask(app.port, way);
      expect(status, way).toBeGreaterThanOrEqual(400);
      expect(status, way).toBeLessThan(500);
      expect(body, way).not.toMatch(/root:|createServerClient|"dependencies"/);
    }
  });

  test("with an address that makes no sense is refused, and is no error of the app", async () => {
    const before = app.log().length;
    for (const way of ["/%E0%A4%A", "/%", "/assets/%ff", `/${"a".repeat(12_000)}`]) {
      const { status } = await ask(app.port, way);
      expect(status, way).toBeGreaterThanOrEqual(400);
      expect(status, way).toBeLessThan(500);
    }
    expect((await ask(app.port, "/w/%E0%A4%A/history")).status).toBe(302);
    expect(await raw("BREW /pot HTCPCP/1.0\r\n\r\n")).toMatch(/ 400 /);
    expect(await raw("GET http://last.example/sign-in HTTP/1.1\r\nHost: last.example\r\n\r\n")).toMatch(/ 421 /);
    await expect.poll(() => app.log()).toContain("last.example");
    expect(app.log().slice(before)).not.toMatch(/"level":(50|60)/);
  });
});

describe("stopping", () => {
  test.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
    "by %s answers who has asked, lets nobody in, and ends with 0",
    async (signal) => {
      await using slow = await Project.start();
      await using stopped = await App.start({
        HOLDFAST_URL: slow.url,
        HOLDFAST_KEY: "sb_publishable_x",
        HOLDFAST_ADMIN_PORT: "0",
      });
      let letGo = () => {};
      const held = new Promise<void>((reached) => {
        slow.answer = (_, response) => {
          letGo = () => response.writeHead(401, { "Content-Type": "application/json" }).end("{}");
          reached();
        };
      });
      const asked = ask(stopped.port, "/sign-in", { headers: { Cookie: sessionCookie() } });
      await held;
      const ended = stopped.end(signal);
      await expect.poll(() => stopped.log()).toContain(`${signal}: stopping`);
      await expect.poll(() => ask(stopped.port, "/sign-in").catch((error) => error.code)).toBe("ECONNREFUSED");
      letGo();
      const { status, body } = await asked;
      expect(status).toBe(200);
      expect(body).toContain("Sign in");
      expect(await ended).toBe(0);
    },
  );
});

/** What comes back for some bytes. */
function raw(bytes: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = "";
    const socket = connect(app.port, "127.0.0.1", () => socket.end(bytes));
    socket.on("data", (piece) => {
      answer += String(piece);
    });
    socket.on("error", reject);
    socket.on("close", () => resolve(answer));
  });
}
