import pg from "pg";
import type { Stack } from "../../src/index.ts";
import { type RawAnswer, rawRequest } from "./raw-request.ts";

/** Adds a function that takes its time, for requests that are in flight when something happens, and one that echoes. */
export async function addProbes(stack: Stack): Promise<void> {
  const migrator = new pg.Client({ connectionString: stack.databaseUrl("postgres") });
  await migrator.connect();
  await migrator.query(`
    create function holdfast.sleep_probe(seconds int) returns void language sql set search_path = ''
      as $$ select pg_catalog.pg_sleep(seconds) $$;
    create function holdfast.echo_probe(value text) returns text language sql set search_path = '' as $$ select value $$;
    grant execute on function holdfast.sleep_probe(int), holdfast.echo_probe(text) to service_role`);
  await migrator.end();
}

/** Asks for it as service_role, whose statements have no time limit. */
export function sleepProbe(stack: Stack, seconds: number): Promise<RawAnswer> {
  const headers = {
    apikey: stack.secretKey,
    authorization: `Bearer ${stack.secretKey}`,
    "content-type": "application/json",
    "content-profile": "holdfast",
  };
  const body = Buffer.from(JSON.stringify({ seconds }));
  return rawRequest(stack.apiPort, "/rest/v1/rpc/sleep_probe", headers, "POST", body);
}
