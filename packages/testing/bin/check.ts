import { checkAdvisors, checkGeneratedTypes, checkMigrations } from "../src/check/database-checks.ts";
import { checkHouse, checkStyle, checkTypes } from "../src/check/source-checks.ts";
import { startTestCluster, type TestCluster, type TestDatabase } from "../src/cluster/index.ts";

// `pnpm check`: all that must hold beside the tests. One line a check with its time; details only of what failed.

let failed = 0;

async function check<T>(what: string, work: () => Promise<T>): Promise<T | undefined> {
  const started = performance.now();
  const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`.padStart(7);
  try {
    const value = await work();
    console.log(`ok      ${seconds()}  ${what}`);
    return value;
  } catch (error) {
    failed++;
    console.log(`FAILED  ${seconds()}  ${what}\n${indent(error instanceof Error ? error.message : String(error))}`);
    return undefined;
  }
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, "    ");
}

async function checkDatabase(cluster: TestCluster): Promise<void> {
  const db = await check<TestDatabase>("migrations: an empty database, not as a superuser, twice without change", () =>
    checkMigrations(cluster),
  );
  if (db === undefined) return;
  try {
    await check("supabase db advisors: nothing to warn about", () => checkAdvisors(db));
    await check("generated types: as the migrations make them", () => checkGeneratedTypes(db));
  } finally {
    await db.drop();
  }
}

await check("types", checkTypes);
await check("lint and format", checkStyle);
await check("house: import arrows, sizes, clean sources, top level", checkHouse);
const cluster = await check("a throwaway Postgres with Supabase's roles, migrated and seeded", () =>
  startTestCluster(),
);
if (cluster !== undefined) {
  try {
    await checkDatabase(cluster);
  } finally {
    await cluster[Symbol.asyncDispose]();
  }
}
console.log(failed === 0 ? "all checks passed" : `${failed} ${failed === 1 ? "check" : "checks"} failed`);
process.exitCode = failed === 0 ? 0 : 1;
