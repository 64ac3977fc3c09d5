import {
  act,
  asUser,
  createTestDatabase,
  JOB_STATES,
  type JobState,
  job,
  refusalOf,
  stateOf,
  workspace,
} from "@holdfast/testing";
import { afterAll, describe, expect, test } from "vitest";

const db = await createTestDatabase();
afterAll(() => db.drop());
const team = await workspace(db, "team");

// Said here once more on purpose: this table is the contract, verb_states its implementation.
const FITS: Record<string, JobState[]> = {
  cancel: ["awaiting_approval", "blocked", "queued", "dispatched", "running", "retrying"],
  kill: ["running"],
  retry: ["failed", "timed_out", "canceled", "retrying"],
  rerun: ["completed", "failed", "timed_out", "canceled", "quarantined"],
  approve: ["awaiting_approval"],
  reject: ["awaiting_approval"],
  release: ["quarantined"],
  discard: ["quarantined"],
  quarantine: ["awaiting_approval", "blocked", "queued", "dispatched", "retrying", "failed", "timed_out"],
};

const AFTER: Record<string, (state: JobState) => RegExp> = {
  cancel: (state) => (state === "running" ? /^running$/ : /^canceled$/),
  kill: () => /^running$/,
  retry: () => /^dispatched$/,
  rerun: (state) => new RegExp(`^${state}$`),
  approve: () => /^dispatched$/,
  reject: () => /^canceled$/,
  release: () => /^dispatched$/,
  discard: () => /^canceled$/,
  quarantine: () => /^quarantined$/,
};

const verbs = Object.keys(FITS);

test("the table of verbs and states is the one declared here", async () => {
  const { rows } = await db
    .pool()
    .query(
      "select verb, array_agg(state order by state) as states from holdfast.verb_states where subject = 'job' group by verb",
    );
  const said = Object.fromEntries(rows.map(({ verb, states }) => [verb, states]));
  expect(said).toEqual(Object.fromEntries(verbs.map((verb) => [verb, [...(FITS[verb] ?? [])].sort()])));
});

describe.each(JOB_STATES)("a job that is %s", (state) => {
  test("offers exactly the acts that fit", async () => {
    const id = await job(db, { workspace: team.slug, state });
    const { rows } = await asUser(team.people.admin)(db, (client) =>
      client.query("select verb from holdfast.allowed_actions where job_id = $1 order by verb", [id]),
    );
    expect(rows.map((row) => row.verb)).toEqual(verbs.filter((verb) => FITS[verb]?.includes(state)).sort());
  });

  test.each(verbs)("takes or refuses %s as the table says", async (verb) => {
    const id = await job(db, { workspace: team.slug, state });
    const doing = asUser(team.people.admin)(
      db,
      (client) => act(client, { workspace: team.slug, verb, subject: "job", target: { job: id }, reason: "a test" }),
      { commit: true },
    );
    if (FITS[verb]?.includes(state)) {
      await expect(doing).resolves.toMatchObject({ affected: 1 });
      await expect(stateOf(db, id)).resolves.toMatch(AFTER[verb]?.(state) ?? /$^/);
    } else {
      await expect(refusalOf(doing)).resolves.toMatchObject({
        code: "PT409",
        rule: "holdfast.not_now",
        hint: expect.stringContaining(verb),
      });
      await expect(stateOf(db, id)).resolves.toBe(state);
    }
  });
});
