import { asMember, asStranger, createTestDatabase } from "@holdfast/testing";
import { afterAll, expect, test } from "vitest";

const db = await createTestDatabase();
afterAll(() => db.drop());

/** Words in capitals that a view with a label column can yield: its literals are its labels, but for time zones. */
async function literals(): Promise<Map<string, string[]>> {
  const { rows } = await db.pool().query(
    `select c.relname as view, pg_get_viewdef(c.oid) as sql from pg_class c
     where c.relnamespace = 'holdfast'::regnamespace and c.relkind = 'v'
       and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname ~ '(^|_)label$')`,
  );
  return new Map(
    rows.map(({ view, sql }) => [
      view,
      [...(sql as string).matchAll(/'([A-Z][A-Z ]{2,})'/g)]
        .map(([, word]) => word as string)
        .filter((w) => w !== "UTC"),
    ]),
  );
}

test("every label that a view can yield is a row with its meaning and its rule", async () => {
  const { rows } = await asMember("viewer")(db, (client) => client.query("select * from holdfast.labels"));
  const known = new Map(rows.map((row) => [row.label, row]));
  const found = await literals();
  expect([...found.keys()].sort()).toEqual([
    "approval_overview",
    "lane_overview",
    "lease_overview",
    "ledger_status",
    "quarantine_overview",
    "runtime_labels",
    "schedule_overview",
    "shell",
    "status_now",
    "stop_overview",
    "stop_report",
    "worker_overview",
  ]);
  for (const [view, labels] of found) {
    // The shell says what status_now says.
    if (view !== "shell") expect(labels, view).not.toEqual([]);
    for (const label of labels) expect(known.get(label), `${view}: ${label}`).toBeDefined();
  }
  for (const { meaning, rule } of rows)
    expect([meaning, rule]).toEqual([expect.stringMatching(/\.$/), expect.stringMatching(/\.$/)]);
});

test("the vocabulary holds what the operators were promised", async () => {
  const { rows } = await db.pool().query("select label from holdfast.labels");
  expect(rows.map((row) => row.label)).toEqual(
    expect.arrayContaining([
      "LIVE",
      "READINESS ONLY",
      "DEMO",
      "PLANNED",
      "NOT VERIFIED",
      "MISSING CONFIG",
      "WORKER NOT RUNNING",
      "APPROVAL REQUIRED",
      "QUARANTINED",
      "BACKUP NOT VERIFIED",
      "NO AUTO DEPLOY",
      "NO AUTO SPEND",
      "NO AUTO CONTACT",
      "NO SECRET VALUES SHOWN",
      "CONTROLLED RUNTIME",
    ]),
  );
});

test("a stranger reads the vocabulary, and nothing it is used for", async () => {
  for (const [view, seen] of [
    ["labels", true],
    ["runtime_labels", false],
    ["recommended_actions", false],
    ["ledger_status", false],
  ] as const) {
    const { rowCount } = await asStranger(db, (client) => client.query(`select from holdfast.${view}`));
    expect(rowCount !== 0, view).toBe(seen);
  }
});
