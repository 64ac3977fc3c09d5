import {
  act,
  asServiceRole,
  asUser,
  createTestDatabase,
  JOB_STATES,
  type RolePlay,
  registerKinds,
  workspace,
} from "@holdfast/testing";
import pg from "pg";
import { afterAll, describe, expect, test } from "vitest";
import { type ActSubject, MAKES, paramsOf, parked, SUBJECT_STATES, subjectIn } from "./support/subjects.ts";

// Generated from holdfast.verbs and holdfast.verb_states: every verb × role × state of its subject is tried for real, in a
// transaction that is rolled back, and must be allowed or refused as the two tables say; allowed_actions must offer exactly
// what the database then does.

const db = await createTestDatabase();
afterAll(() => db.drop());
const team = await workspace(db, "team");
await registerKinds(db, "hello");
const agent = crypto.randomUUID();
await db.pool().query("insert into auth.users (id, email) values ($1, 'agent@team.test')", [agent]);
await db
  .pool()
  .query("insert into holdfast.members (workspace_id, user_id, role, agent) values ($1, $2, 'admin', true)", [
    team.id,
    agent,
  ]);
// Draining a worker takes an admin of every workspace.
for (const person of [team.people.admin, agent])
  await db
    .pool()
    .query(
      "insert into holdfast.members (workspace_id, user_id, role, agent) select id, $1, 'admin', $2 from holdfast.workspaces where slug <> 'team'",
      [person, person === agent],
    );

const RANK: Record<string, number> = { viewer: 1, operator: 2, approver: 3, admin: 4 };
interface Persona {
  name: string;
  play: RolePlay;
  rank: number;
  person: boolean;
}
const PERSONAS: Persona[] = [
  ...(["viewer", "operator", "approver", "admin"] as const).map((role) => ({
    name: role,
    play: asUser(team.people[role]),
    rank: RANK[role] ?? 0,
    person: true,
  })),
  { name: "agent (admin)", play: asUser(agent), rank: 4, person: false },
  { name: "service_role", play: asServiceRole, rank: 4, person: false },
];

interface Verb {
  verb: string;
  subject: string;
  least_role: string;
  persons_only: boolean;
}
const verbs: Verb[] = (
  await db.pool().query("select verb, subject, least_role, persons_only from holdfast.verbs order by subject, verb")
).rows;
const fits = new Set(
  (await db.pool().query("select verb, subject, state from holdfast.verb_states")).rows.map((row) =>
    [row.verb, row.subject, row.state].join(" "),
  ),
);
const ACTS = verbs.filter(({ verb }) => !["enqueue", "depend", "define"].includes(verb));

/** What the tables say of a verb, a persona and a state of the subject: done, forbidden, or not now. */
function expected(verb: Verb, who: Persona, state: string): "done" | "forbidden" | "not now" {
  if (who.rank < (RANK[verb.least_role] ?? 9) || (verb.persons_only && !who.person)) return "forbidden";
  const states = SUBJECT_STATES[verb.subject] ?? [];
  const declared = states.some((one) => fits.has(`${verb.verb} ${verb.subject} ${one}`));
  return !declared || fits.has(`${verb.verb} ${verb.subject} ${state}`) ? "done" : "not now";
}

const FORBIDDEN = ["holdfast.not_permitted", "holdfast.only_people_decide"];
/** How a refusal says that the state does not fit. */
const NOT_NOW = ["holdfast.not_now", "holdfast.not_pending", "holdfast.nothing_matches", "holdfast.unknown_worker"];

/** Tries an act and rolls it back. An act that finds things so already has changed nothing: that is "not now", said kindly. */
async function attempt(who: Persona, { verb, subject }: Verb, made: ActSubject): Promise<string> {
  try {
    const spec = { workspace: "team", verb, subject, reason: "a test", params: paramsOf(verb, subject), ...made };
    const { affected, result } = await who.play(db, (client) => act(client, spec));
    return affected === 0 && result.note === "was so already" ? "not now" : "done";
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    if (FORBIDDEN.includes(error.detail ?? "")) return "forbidden";
    return NOT_NOW.includes(error.detail ?? "") ? "not now" : `${error.code} ${error.detail} ${error.message}`;
  }
}

const counts = { done: 0, forbidden: 0, "not now": 0 };
afterAll(() => {
  const all = Object.values(counts).reduce((sum, n) => sum + n, 0);
  console.log(
    `verbs: ${all} acts tried (${ACTS.length} verbs × ${PERSONAS.length} personas × states): ${counts.done} done, ${counts.forbidden} forbidden, ${counts["not now"]} not now`,
  );
});

test("every verb of the matrix that is an act has a subject that this test can make", () => {
  for (const { verb, subject } of ACTS) expect(SUBJECT_STATES[subject], `${verb} ${subject}`).toBeDefined();
  const strange = [...fits].filter((row) => {
    const [, subject = "", state = ""] = row.split(" ");
    return !SUBJECT_STATES[subject]?.includes(state);
  });
  expect(strange).toEqual([]);
});

const CASES = Object.entries(SUBJECT_STATES).flatMap(([subject, states]) =>
  states.map((state) => [subject, state] as const),
);

describe.each(CASES)("a %s that is %s", (subject, state) => {
  const possible = ACTS.filter((one) => one.subject === subject && !MAKES.includes(one.verb));

  test("takes and refuses each verb from each role as the tables say", async () => {
    const made = await subjectIn(db, team, subject, state);
    const found: string[] = [];
    const wanted: string[] = [];
    for (const one of possible) {
      for (const who of PERSONAS) {
        const answer = expected(one, who, state);
        counts[answer]++;
        wanted.push(`${one.verb} by ${who.name}: ${answer}`);
        found.push(`${one.verb} by ${who.name}: ${await attempt(who, one, made)}`);
      }
    }
    expect(found).toEqual(wanted);
  });
});

describe.each(JOB_STATES)("a job that is %s", (state) => {
  test.each(PERSONAS.filter(({ name }) => name !== "service_role"))(
    "offers $name exactly what the database then does",
    async (who) => {
      const made = await subjectIn(db, team, "job", state);
      const { rows } = await who.play(db, (client) =>
        client.query("select verb from holdfast.allowed_actions where job_id = $1 order by verb", [made.target.job]),
      );
      const done: string[] = [];
      for (const one of ACTS.filter(({ subject }) => subject === "job"))
        if ((await attempt(who, one, made)) === "done") done.push(one.verb);
      expect(rows.map((row) => row.verb)).toEqual(done.sort());
    },
  );
});

/** As `holdfast.subject_actions` names the subject: by name or number; a dead letter by its job. */
const targetOf = ({ target, params }: ActSubject) =>
  String(Object.values(target)[0] ?? (params?.filter as { job?: number } | undefined)?.job ?? "");

// What may be done to all jobs that match is not asked of a thing but of a filter: the power, and whether the verb fits any.
describe.each(JOB_STATES)("jobs that are %s", (state) => {
  test.each(PERSONAS.filter(({ name }) => name !== "service_role"))(
    "offer $name exactly what the database then does",
    async (who) => {
      const made = await subjectIn(db, team, "jobs", state);
      const { rows } = await who.play(db, (client) =>
        client.query(
          `select p.verb from holdfast.my_powers p cross join lateral holdfast.preview_jobs($1, p.verb, $2) v
           where p.workspace_id = $1 and p.subject = 'jobs' and v.fits > 0 order by p.verb`,
          [team.id, made.params?.filter],
        ),
      );
      const done: string[] = [];
      for (const one of ACTS.filter(({ subject }) => subject === "jobs"))
        if ((await attempt(who, one, made)) === "done") done.push(one.verb);
      expect(rows.map((row) => row.verb)).toEqual(done.sort());
    },
  );
});

describe.each(CASES.filter(([subject]) => subject !== "job" && subject !== "jobs"))(
  "a %s that is %s",
  (subject, state) => {
    test.each(PERSONAS.filter(({ name }) => name !== "service_role"))(
      "offers $name exactly what the database then does",
      async (who) => {
        const made = await subjectIn(db, team, subject, state);
        const { rows } = await who.play(db, (client) =>
          client.query(
            "select verb, needs_reason from holdfast.subject_actions where workspace_id = $1 and subject = $2 and target = $3 order by verb",
            [team.id, subject, targetOf(made)],
          ),
        );
        const done: string[] = [];
        for (const one of ACTS.filter((act) => act.subject === subject && !MAKES.includes(act.verb)))
          if ((await attempt(who, one, made)) === "done") done.push(one.verb);
        expect(rows.map((row) => row.verb)).toEqual(done.sort());
      },
    );
  },
);

test.each(ACTS.filter(({ verb }) => MAKES.includes(verb)))(
  "$verb a $subject is offered to exactly those who then can, without a target",
  async (one) => {
    for (const who of PERSONAS.filter(({ name }) => name !== "service_role")) {
      const { rows } = await who.play(db, (client) =>
        client.query(
          "select verb from holdfast.subject_actions where workspace_id = $1 and subject = $2 and target = ''",
          [team.id, one.subject],
        ),
      );
      const can = (await attempt(who, one, { target: {} })) === "done";
      expect(rows, who.name).toEqual(can ? [{ verb: one.verb }] : []);
    }
  },
);

test.each(ACTS.filter(({ verb }) => MAKES.includes(verb)))(
  "$verb a $subject is for the role $least_role and above",
  async (one) => {
    for (const who of PERSONAS) {
      const answer = expected(one, who, "-");
      counts[answer]++;
      expect(await attempt(who, one, { target: {} }), who.name).toBe(answer);
    }
  },
);

/** What is defined, enqueued or made to depend is an insert into its own table. */
const INSERTS: Record<string, string> = {
  "enqueue job": "insert into holdfast.jobs (workspace_id, kind) values ($1, 'hello')",
  "depend job": "insert into holdfast.job_dependencies (job_id, depends_on) select $2, $3 where $1::uuid is not null",
  "define queue": "insert into holdfast.queues (workspace_id, name) values ($1, 'new')",
  "define kind": "insert into holdfast.kinds (workspace_id, name, mode) values ($1, 'new', 'function')",
  "define profile": "insert into holdfast.profiles (workspace_id, name, program) values ($1, 'new', 'true')",
  "define command_rule": "insert into holdfast.command_rules (workspace_id, program) values ($1, 'true')",
  "define schedule":
    "insert into holdfast.schedules (workspace_id, name, cron, kind) values ($1, 'new', '@daily', 'health_scan')",
  "define budget":
    "insert into holdfast.budgets (workspace_id, name, scope, period, cap) values ($1, 'new', 'workspace', 'day', 1)",
  "define output_rule": "insert into holdfast.output_rules (workspace_id, name, pattern) values ($1, 'new', 'x')",
};

test.each(verbs.filter((one) => !ACTS.includes(one)))(
  "$verb a $subject is for the role $least_role and above",
  async (one) => {
    const sql = INSERTS[`${one.verb} ${one.subject}`] ?? "";
    const values = [team.id, await parked(db, "team"), await parked(db, "team")].slice(
      0,
      one.verb === "depend" ? 3 : 1,
    );
    for (const who of PERSONAS) {
      const answer = expected(one, who, "-");
      const tried = await who
        .play(db, (client) => client.query(sql, values))
        .then(({ rowCount }) => (rowCount === 1 ? "done" : "nothing"))
        .catch((error: pg.DatabaseError) =>
          error.code === "42501" || ["holdfast.not_permitted", "holdfast.unknown_job"].includes(error.detail ?? "")
            ? "forbidden"
            : `${error.code} ${error.message}`,
        );
      counts[answer]++;
      expect(tried, who.name).toBe(answer);
    }
  },
);
