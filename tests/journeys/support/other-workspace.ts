import { createHmac } from "node:crypto";
import { createAuthUser } from "../../../packages/local/src/index.ts";
import type { House } from "./house.ts";

/** Stands in every text of the other workspace: no answer to somebody of `local` may hold it. */
export const MARK = "only-for-the-others";

/** A workspace that nobody of `local` belongs to, with one of everything that has an id. */
export interface OtherWorkspace {
  id: string;
  job: number;
  run: number;
  waiting: number;
  approval: number;
  quarantined: number;
  stop: number;
  incident: number;
  schedule: string;
  budget: string;
}

/** Makes it, by the functions that make things in earnest; its command is run by the house's worker. */
export async function otherWorkspace(house: House): Promise<OtherWorkspace> {
  const one = async (text: string, values: unknown[] = []) => (await house.sql.query(text, values)).rows[0];
  const acted = async (verb: string, subject: string, target: unknown, params: unknown = {}) =>
    (
      await one("select result from holdfast.act('other', $1, $2, $3, $4, $5)", [
        verb,
        subject,
        JSON.stringify(target),
        MARK,
        JSON.stringify(params),
      ])
    ).result as Record<string, number>;
  const enqueue = async (kind: string, payload: unknown, options: Record<string, unknown>) =>
    (
      await one("select (holdfast.enqueue('other', $1, $2, $3)).id::int", [
        kind,
        JSON.stringify(payload),
        JSON.stringify({ name: MARK, labels: { mark: MARK }, ...options }),
      ])
    ).id as number;
  const { id } = await one("insert into holdfast.workspaces (slug, name) values ('other', $1) returning id", [MARK]);
  const client = await house.sql.connect();
  const person = { id: crypto.randomUUID(), email: `admin@${MARK}.test`, password: "of the other workspace" };
  await createAuthUser(client, person).finally(() => client.release());
  await one("insert into holdfast.members (workspace_id, user_id, role) values ($1, $2, 'admin')", [id, person.id]);
  await one("insert into holdfast.command_rules (workspace_id, program, note) values ($1, 'sh', $2)", [id, MARK]);
  const job = await enqueue("command", { argv: ["sh", "-c", `echo ${MARK}`] }, { max_attempts: 1 });
  await house.reach(job, "completed");
  const run = Number((await one("select id from holdfast.runs where job_id = $1", [job])).id);
  const waiting = await enqueue("hello", { name: MARK }, { run_at: "2030-01-01T00:00:00Z" });
  const asking = await enqueue("hello", { name: MARK }, { class: "approval_required" });
  const approval = Number((await one("select id from holdfast.approvals where job_id = $1", [asking])).id);
  const quarantined = await enqueue("hello", { name: MARK }, { run_at: "2030-01-01T00:00:00Z" });
  await acted("quarantine", "job", { job: quarantined });
  const { stop } = await acted("engage", "stop", {}, { scope: "queue", name: "alert", what: ["external"] });
  const { incident } = await acted("open", "incident", {}, { subject: "queue:alert" });
  await one(
    "insert into holdfast.schedules (workspace_id, name, cron, kind, description) values ($1, 'theirs', '0 0 1 1 *', 'health_scan', $2)",
    [id, MARK],
  );
  await one(
    "insert into holdfast.budgets (workspace_id, name, scope, scope_name, period, cap) values ($1, 'theirs', 'kind', 'command', 'day', 10)",
    [id],
  );
  return {
    id,
    job,
    run,
    waiting,
    approval,
    quarantined,
    stop: stop as number,
    incident: incident as number,
    schedule: "theirs",
    budget: "theirs",
  };
}

/** An access token with these claims, signed with some key. */
export function token(claims: Record<string, unknown>, key: string, algorithm: "HS256" | "none" = "HS256"): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part({ alg: algorithm, typ: "JWT" })}.${part(claims)}`;
  if (algorithm === "none") return `${signed}.`;
  return `${signed}.${createHmac("sha256", key).update(signed).digest("base64url")}`;
}

/** What a token says. */
export function claimsOf(access: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(access.split(".")[1] ?? "", "base64url").toString("utf8"));
}
