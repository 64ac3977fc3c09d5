import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PAGES } from "../../apps/admin/app/pages.ts";
import { ByHand, changedCookie } from "./support/by-hand.ts";
import { House, SKIPPED } from "./support/house.ts";
import { claimsOf, MARK, type OtherWorkspace, otherWorkspace, token } from "./support/other-workspace.ts";

/** Addresses that answer with data, for a page or by themselves. */
const ASKED = [
  ...PAGES.flatMap(({ path }) => (path === "" ? ["", "/_index.data"] : [`/${path}`, `/${path}.data`])),
  "/history/1",
  "/history/1/output.data",
  "/find?q=a",
  "/stop-scope",
  "/output/1",
  "/output/1?download",
  "/ledger/export",
];

describe.skipIf(SKIPPED)("a stranger", () => {
  let house: House;
  let other: OtherWorkspace;
  let levels: () => number;
  beforeAll(async () => {
    house = await House.open();
    other = await otherWorkspace(house);
    levels = () => (house.logs().match(/"level":(50|60)/g) ?? []).length;
  });
  afterAll(() => house?.[Symbol.asyncDispose]());

  /** What a workspace holds that an act could change, in one text. */
  async function standing(workspace: string): Promise<string> {
    const tables = [
      "jobs",
      "queues",
      "lanes",
      "job_classes",
      "approvals",
      "approval_decisions",
      "quarantine",
      "dead_letters",
    ];
    const more = ["emergency_stops", "schedules", "budgets", "incidents", "actions", "cost_entries", "alert_channels"];
    const parts: string[] = [];
    for (const table of [...tables, ...more]) {
      const key = table === "emergency_stops" ? "reason is not null" : "t.workspace_id = w.id";
      const { rows } = await house.sql.query(
        `select md5(coalesce(string_agg(t::text, '|' order by t::text), '')) as sum
           from holdfast.${table} t, holdfast.workspaces w where w.slug = $1 and ${key}`,
        [workspace],
      );
      parts.push(`${table} ${rows[0].sum}`);
    }
    return parts.join("\n");
  }

  describe("without a session", () => {
    test("sees nothing of any page, any data or any file of a workspace", async () => {
      const nobody = new ByHand(house);
      for (const path of ASKED) {
        const answer = await nobody.get(`/w/local${path}`);
        expect([302, 202], path).toContain(answer.status);
        expect(answer.body + JSON.stringify(answer.headers), path).toContain("/sign-in");
        expect(answer.body, path).not.toMatch(/workspace_id|primary|holdfast@|status_now/);
      }
      expect(JSON.parse((await nobody.get("/w/local/alive")).body)).toEqual({ ok: false, why: "signed_out" });
    });

    test("changes nothing by any form", async () => {
      const before = await standing("local");
      const nobody = new ByHand(house);
      const form = { verb: "pause", subject: "queue", target: '{"queue":"primary"}', reason: "because" };
      for (const path of [
        "/w/local/act",
        "/w/local/act.data",
        "/w/local/views",
        "/w/local/history",
        "/w/local/queues.data",
      ]) {
        const { status, body, headers } = await nobody.post(path, form);
        expect(status, path).toBeLessThan(500);
        if (status < 400) expect(body + JSON.stringify(headers), path).toContain("/sign-in");
      }
      expect(await standing("local")).toBe(before);
    });
  });

  describe("with a cookie that is not theirs to use", () => {
    test("made up, altered, signed by somebody else or not at all, is nobody", async () => {
      const { cookie } = await ByHand.as(house, house.stack.users.viewer);
      const owner = house.stack.users.owner.id;
      const changes: [string, (access: string) => string][] = [
        ["another person, the old signature", (access) => resigned(access, { sub: owner })],
        ["another person, another key", (access) => token({ ...claimsOf(access), sub: owner }, "another key")],
        ["another person, no signature", (access) => token({ ...claimsOf(access), sub: owner }, "", "none")],
        [
          "the role that sees all, no signature",
          (access) => token({ ...claimsOf(access), role: "service_role" }, "", "none"),
        ],
        ["no token at all", () => "nonsense"],
        ["an empty token", () => ""],
      ];
      for (const [what, change] of changes) {
        const forged = new ByHand(
          house,
          changedCookie(cookie, (session) => {
            session.access_token = change(session.access_token);
            session.refresh_token = "forged";
          }),
        );
        await expectNobody(forged, what);
      }
      for (const value of ["base64-", "base64-AAAA", "%00", "null", "{}", "base64-W10", "x".repeat(7_000)]) {
        await expectNobody(new ByHand(house, `holdfast-admin=${value}`), `holdfast-admin=${value.slice(0, 20)}`);
      }
    });

    test("expired, with nothing to renew it by, is nobody", async () => {
      const { cookie } = await ByHand.as(house, house.stack.users.viewer);
      const long = Math.floor(Date.now() / 1000) - 3_600;
      const expired = changedCookie(cookie, (session) => {
        session.access_token = token({ ...claimsOf(session.access_token), exp: long }, house.stack.jwtSecret);
        session.refresh_token = "used up";
        session.expires_at = long;
      });
      await expectNobody(new ByHand(house, expired), "expired");
      const lying = changedCookie(expired, (session) => {
        session.expires_at = long + 7_200;
      });
      await expectNobody(new ByHand(house, lying), "expired, but its cookie says otherwise");
    });

    test("copied before its owner signed out, is worth nothing from then on", async () => {
      const person = await ByHand.as(house, house.stack.users.operator);
      const copy = new ByHand(house, person.cookie);
      expect((await copy.get("/w/local/queues")).status).toBe(200);
      const out = await person.post("/sign-out", {});
      expect(out.status).toBe(302);
      expect(String(out.headers["set-cookie"])).toMatch(/holdfast-admin(\.\d)?=;/);
      const before = await standing("local");
      await expectNobody(copy, "the copy");
      expect(await standing("local")).toBe(before);
    });

    test("signing out by reading an address does not sign out", async () => {
      const person = await ByHand.as(house, house.stack.users.operator);
      expect((await person.get("/sign-out")).status).toBe(302);
      expect((await person.get("/w/local/queues")).status).toBe(200);
    });

    test("cookies are invisible to scripts, stay on this site and hold for every path", async () => {
      const nobody = new ByHand(house);
      const { email, password } = house.stack.users.viewer;
      const { headers } = await nobody.post("/sign-in", { email, password });
      for (const set of headers["set-cookie"] ?? []) {
        expect(set).toMatch(/HttpOnly/i);
        expect(set).toMatch(/SameSite=Lax/i);
        expect(set).toMatch(/Path=\/(;|$)/i);
      }
    });

    /** Every door is shut: pages, data, acts. */
    async function expectNobody(hand: ByHand, what: string): Promise<void> {
      const { cookie } = hand;
      for (const path of ["/w/local/queues", "/w/local/queues.data", "/w/local/find?q=a"]) {
        const answer = await new ByHand(house, cookie).get(path);
        expect(answer.body + JSON.stringify(answer.headers), `${what}: ${path}`).toContain("/sign-in");
        expect(answer.body, what).not.toContain("primary");
      }
      const act = { verb: "resume", subject: "queue", target: '{"queue":"primary"}' };
      const answer = await new ByHand(house, cookie).post("/w/local/act", act);
      expect(answer.body + JSON.stringify(answer.headers), `${what}: act`).toContain("/sign-in");
      const alive = await new ByHand(house, cookie).get("/w/local/alive");
      expect(JSON.parse(alive.body), what).toEqual({ ok: false, why: "signed_out" });
    }
  });

  test("from another site, with somebody's session, gets no page, no data, no act, and no signing out", async () => {
    const person = await ByHand.as(house, house.stack.users.owner);
    const before = await standing("local");
    const act = { verb: "pause", subject: "queue", target: '{"queue":"primary"}', reason: "because" };
    const port = new URL(house.url).port;
    for (const origin of ["https://evil.example", "null", "http://localhost:1", `http://127.0.0.2:${port}`]) {
      for (const path of ["/w/local/act", "/w/local/act.data", "/sign-out", "/sign-out.data", "/w/local/views"]) {
        expect((await person.post(path, act, { Origin: origin })).status, `${path} from ${origin}`).toBe(403);
      }
      for (const path of ["/w/local/queues", "/w/local/queues.data", "/w/local/find?q=a"]) {
        expect((await person.get(path, { Origin: origin })).status, `${path} from ${origin}`).toBe(403);
      }
    }
    for (const host of ["evil.example", `evil.example:${port}`, "localhost"]) {
      for (const path of ["/w/local/queues", "/w/local/queues.data", "/w/local/find?q=a"]) {
        expect((await person.get(path, { Host: host })).status, `${path} at ${host}`).toBe(421);
      }
      expect((await person.post("/w/local/act", act, { Host: host })).status, host).toBe(421);
    }
    const crossed = await person.post("/w/local/act", act, { "Sec-Fetch-Site": "cross-site" });
    expect(crossed.status).toBe(403);
    expect(await standing("local")).toBe(before);
    expect((await person.get("/w/local/queues")).status).toBe(200);
  });

  describe("of another workspace", () => {
    test("sees nothing of it: no page, no job, no output, nothing by its ids", async () => {
      const owner = await ByHand.as(house, house.stack.users.owner);
      const theirs = [
        ...ASKED.map((path) => `/w/other${path}`),
        ...["local", "other"].flatMap((workspace) => [
          `/w/${workspace}/history/${other.job}`,
          `/w/${workspace}/history/${other.job}.data`,
          `/w/${workspace}/history/${other.job}/output`,
          `/w/${workspace}/history/${other.job}/metadata.data`,
          `/w/${workspace}/history/${other.waiting}`,
          `/w/${workspace}/output/${other.run}`,
          `/w/${workspace}/output/${other.run}?stream=stdout&after=0`,
          `/w/${workspace}/output/${other.run}?download`,
          `/w/${workspace}/find?q=${MARK}`,
          `/w/${workspace}/find?q=${other.job}`,
          `/w/${workspace}/history?text=${MARK.slice(0, 9)}`,
          `/w/${workspace}/approvals?approval=${other.approval}`,
        ]),
        "/",
        "/w/local/stop-scope?scope=queue&name=alert",
        "/w/OTHER",
        "/w/other%2f..%2flocal/queues",
        `/w/${other.id}`,
      ];
      for (const path of theirs) {
        const { status, body } = await owner.get(path);
        expect(status, path).toBeLessThan(500);
        // What was asked for may be said again; nothing else of theirs may.
        const said = body.replaceAll(new RegExp(`(text=|q=)?${MARK.slice(0, 9)}(?!-the)`, "g"), "");
        expect(said.replaceAll(decodeURIComponent(path), ""), path).not.toContain(MARK);
        if (path.startsWith("/w/other")) expect(status === 200 && path !== "/w/other/alive", path).toBe(false);
      }
      expect((await owner.get(`/w/local/history/${other.job}`)).status).toBe(404);
      expect((await owner.get(`/w/local/output/${other.run}?download`)).status).toBe(404);
    });

    test("changes nothing in it, whichever workspace the act is sent to", async () => {
      const owner = await ByHand.as(house, house.stack.users.owner);
      const before = await standing("other");
      const acts: [string, string, Record<string, unknown>, Record<string, unknown>?][] = [
        ["cancel", "job", { job: other.waiting }],
        ["quarantine", "job", { job: other.waiting }],
        ["rerun", "job", { job: other.job }],
        ["retry", "job", { job: other.job }],
        ["release", "job", { job: other.quarantined }],
        ["discard", "job", { job: other.quarantined }],
        ["approve", "approval", { approval: other.approval }],
        ["reject", "approval", { approval: other.approval }],
        ["release", "stop", { stop: other.stop }],
        ["close", "incident", { incident: other.incident }],
        ["tick", "incident", { incident: other.incident }, { step: 1 }],
        ["run", "schedule", { schedule: other.schedule }],
        ["enable", "schedule", { schedule: other.schedule }],
        ["raise", "budget", { budget: other.budget }, { cap: 1_000 }],
        ["adjust", "budget", { budget: other.budget }, { amount: -5 }],
      ];
      for (const [verb, subject, target, params = {}] of acts) {
        for (const workspace of ["local", "other"]) {
          const { status, body } = await owner.post(`/w/${workspace}/act`, {
            verb,
            subject,
            target: JSON.stringify(target),
            params: JSON.stringify(params),
            reason: "not mine",
          });
          expect(status, `${verb} ${subject}`).toBe(200);
          const answer = JSON.parse(body);
          expect(answer.ok, `${verb} ${subject} in ${workspace}: ${body}`).toBe(false);
          expect(answer.rule, `${verb} ${subject} in ${workspace}`).toMatch(/^unknown_/);
          expect(body).not.toContain(MARK);
        }
      }
      for (const verb of ["redrive", "dismiss"]) {
        const filter = JSON.stringify({ filter: { job: other.job } });
        const { body } = await owner.post("/w/local/act", {
          verb,
          subject: "dead_letter",
          params: filter,
          reason: "x",
        });
        expect(JSON.parse(body).ok).toBe(false);
      }
      expect(await standing("other")).toBe(before);
    });
  });

  test("to the acts, a viewer who posts each of them by hand, is refused every one, on the record, and changes nothing", async () => {
    const viewer = await ByHand.as(house, house.stack.users.viewer);
    const holdfast = await house.client();
    const job = await holdfast.enqueue("hello", { name: "here" }, { runAt: new Date("2030-01-01") });
    const { rows: verbs } = await house.sql.query<{ verb: string; subject: string }>(
      "select verb, subject from holdfast.verbs order by subject, verb",
    );
    expect(verbs.length).toBeGreaterThan(40);
    const targets: Record<string, unknown> = {
      job: { job: job.id },
      queue: { queue: "primary" },
      lane: { lane: "default" },
      class: { class: "small" },
      worker: { worker: (await holdfast.data.read<{ id: number }[]>((db) => db.from("workers").select("id")))[0]?.id },
      approval: { approval: other.approval },
      schedule: { schedule: "none" },
      budget: { budget: "none" },
      stop: { stop: other.stop },
      incident: { incident: other.incident },
      alert_channel: { channel: "log" },
    };
    const before = await standing("local");
    for (const { verb, subject } of verbs) {
      const { status, body } = await viewer.post("/w/local/act", {
        verb,
        subject,
        target: JSON.stringify(targets[subject] ?? {}),
        params: JSON.stringify({
          max_running: 1,
          filter: { kind: "hello" },
          scope: "workspace",
          subject: "queue:primary",
        }),
        reason: "let me",
      });
      expect(status, `${verb} ${subject}`).toBe(200);
      expect(JSON.parse(body), `${verb} ${subject}`).toMatchObject({ ok: false });
    }
    expect(await standing("local")).toBe(before);
    const { rows: told } = await house.sql.query<{ verb: string; subject: string; rule: string }>(
      "select verb, subject, rule from holdfast.refusals where actor = $1 order by subject, verb",
      [`user:${house.stack.users.viewer.id}`],
    );
    expect(told.map(({ verb, subject }) => ({ verb, subject }))).toEqual(verbs);
    // By their role, before anything is looked up: the refusal does not tell what exists. What is no act but an insert of
    // its own (a job, a row of the catalogue) is no verb here.
    const inserts = new Set(["enqueue", "depend", "define"]);
    for (const { verb, subject, rule } of told) {
      expect(rule, `${verb} ${subject}`).toBe(inserts.has(verb) ? "unknown_verb" : "not_permitted");
    }
  });

  describe("to forms", () => {
    const act = { verb: "pause", subject: "queue", target: '{"queue":"primary"}' };
    const big = "r".repeat(1_000_000);
    const deep = `${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}`;

    test.each<[string, Record<string, string>]>([
      ["nothing", {}],
      ["no verb", { subject: "queue" }],
      ["an empty verb", { ...act, verb: "" }],
      ["a verb that is none", { ...act, verb: "destroy" }],
      ["a subject that is none", { ...act, subject: "planet" }],
      ["the verb of another subject", { ...act, subject: "job" }],
      ["no target", { verb: "pause", subject: "queue", reason: "x" }],
      ["no reason where one is needed", act],
      ["a reason of blanks", { ...act, reason: "   " }],
      ["a reason of 1 MB", { ...act, reason: big }],
      ["a reason with a NUL", { ...act, reason: "a\u0000b" }],
      ["a verb with a NUL", { ...act, verb: "pa\u0000use" }],
      ["a target that is no JSON", { ...act, target: "{queue: primary}" }],
      ["a target that is null", { ...act, target: "null" }],
      ["a target that is a list", { ...act, target: "[1]" }],
      ["a target that is a text", { ...act, target: '"primary"' }],
      ["two targets", { ...act, target: '{"queue":"primary","lane":"default"}' }],
      ["a target of the wrong kind", { ...act, target: '{"queue":{"a":1}}' }],
      ["a target with a NUL", { ...act, target: '{"queue":"a\\u0000"}', reason: "x" }],
      ["a number too large", { verb: "cancel", subject: "job", target: '{"job":1e400}' }],
      ["a number with a point", { verb: "cancel", subject: "job", target: '{"job":1.5}' }],
      ["a number below zero", { verb: "cancel", subject: "job", target: '{"job":-1}' }],
      ["a number beyond bigint", { verb: "cancel", subject: "job", target: '{"job":99999999999999999999}' }],
      ["SQL for a number", { verb: "cancel", subject: "job", target: `{"job":"1); drop table jobs; --"}` }],
      ["params that are a list", { ...act, params: "[]" }],
      ["params that nobody knows", { ...act, reason: "x", params: '{"nobody":"knows"}' }],
      ["params 5000 deep", { ...act, reason: "x", params: deep }],
      ["a prototype", { ...act, target: '{"__proto__":{"queue":"primary"}}', reason: "x" }],
      ["half a character", { ...act, reason: "x", target: '{"queue":"\\ud800"}' }],
    ])("of an act with %s, is answered in words or with 4xx", async (_what, form) => {
      const operator = await ByHand.as(house, house.stack.users.owner);
      const before = await standing("local");
      const errors = levels();
      const { status, body } = await operator.post("/w/local/act", form);
      expect(status).toBeLessThan(500);
      if (status === 200) {
        const answer = JSON.parse(body);
        expect(answer.ok, body).toBe(false);
        expect(answer.message.length, body).toBeGreaterThan(10);
      } else expect(status).toBeGreaterThanOrEqual(400);
      expect(await standing("local")).toBe(before);
      expect(levels()).toBe(errors);
    });

    test.each<[string, string, string, string, number?]>([
      ["JSON where a form is due", "/w/local/act", "application/json", JSON.stringify(act)],
      ["no type at all", "/w/local/act", "", "verb=pause"],
      ["a form of many parts without its boundary", "/w/local/act", "multipart/form-data", "verb=pause"],
      ["a form of many parts that breaks off", "/w/local/act", "multipart/form-data; boundary=b", "--b\r\nContent-"],
      [
        "a file for a verb",
        "/w/local/act",
        "multipart/form-data; boundary=b",
        '--b\r\nContent-Disposition: form-data; name="verb"; filename="x"\r\n\r\npause\r\n--b--\r\n',
      ],
      ["JSON where a view is due", "/w/local/views", "application/json", "{}"],
      ["JSON where a password is due", "/sign-in", "application/json", "{}"],
      ["a file for a password", "/sign-in", "multipart/form-data", "x"],
      ["a view without a name", "/w/local/views", "application/x-www-form-urlencoded", "intent=keep&page=history"],
      [
        "a view of a page that is none",
        "/w/local/views",
        "application/x-www-form-urlencoded",
        "intent=keep&page=%00&name=a&query=b",
      ],
      ["a form for a page that takes none", "/w/local/queues", "application/x-www-form-urlencoded", "a=b"],
      ["a form for data that takes none", "/w/local/find", "application/x-www-form-urlencoded", "a=b"],
      [
        "more than any form of this app holds",
        "/w/local/act",
        "application/x-www-form-urlencoded",
        `reason=${"r".repeat(3_000_000)}`,
        413,
      ],
      [
        "more than any sign-in form holds",
        "/sign-in",
        "application/x-www-form-urlencoded",
        `email=${"r".repeat(3_000_000)}`,
        413,
      ],
    ])("with %s, is answered in words or with 4xx", async (_what, path, type, body, due) => {
      const operator = await ByHand.as(house, house.stack.users.operator);
      const errors = levels();
      const headers: Record<string, string> = type === "" ? {} : { "Content-Type": type };
      const answer = await operator.send(path, { method: "POST", headers, body });
      if (due) expect(answer.status).toBe(due);
      expect(answer.status).toBeLessThan(500);
      expect(levels(), house.logs()).toBe(errors);
    });

    test("sent by another method, or to be read, is no error of the app", async () => {
      const operator = await ByHand.as(house, house.stack.users.operator);
      const before = await standing("local");
      const errors = levels();
      for (const path of ["/w/local/act", "/w/local/views", "/w/local/act.data", "/w/local/find"]) {
        for (const method of ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS"]) {
          const body = method === "GET" || method === "HEAD" ? {} : { body: "" };
          const { status } = await operator.send(path, { method, ...body });
          expect(status, `${method} ${path}`).toBeLessThan(500);
        }
      }
      for (const path of [
        "/w/%E0%A4%A/history",
        "/w/local/history/1e999",
        "/w/local/history/-1",
        "/w/local/output/x",
        "/w/local/history/99999999999999999999",
        "/w/local/history?from=x&label=%00",
        "/w/local/find?q=%00",
        "/w/local/stop-scope?scope=planet&what=x",
        "/w/local/history?text=%F0%9F%92%A9%00",
      ]) {
        const { status } = await operator.get(path);
        expect(status, path).toBeLessThan(500);
        expect(status, path).toBeGreaterThanOrEqual(200);
      }
      expect(await standing("local")).toBe(before);
      expect(levels(), house.logs()).toBe(errors);
    });
  });
});

/** A token that says something else under the signature it had. */
function resigned(access: string, claims: Record<string, unknown>): string {
  const [head, , signature] = access.split(".");
  const body = Buffer.from(JSON.stringify({ ...claimsOf(access), ...claims })).toString("base64url");
  return `${head}.${body}.${signature}`;
}
