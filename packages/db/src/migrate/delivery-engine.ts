import { Logger, runMigrations } from "graphile-worker";
import type pg from "pg";

const quiet = new Logger(() => () => {});

/**
 * Installs or upgrades the schema `graphile_worker` with the engine's own migrations, then pins `search_path` on its
 * functions (they come without one, which `supabase db advisors` rightly warns about; an upgrade brings new ones).
 *
 * Must run as `postgres` and before our chapters, which grant on these tables.
 */
export async function installDeliveryEngine(pool: pg.Pool): Promise<void> {
  await runMigrations({ pgPool: pool, logger: quiet, preset: {} });
  const { rows } = await pool.query<{ statement: string }>(`
    select format('alter %s %s set search_path = ''''',
                  case p.prokind when 'p' then 'procedure' else 'function' end,
                  p.oid::regprocedure) as statement
      from pg_proc p
     where p.pronamespace = 'graphile_worker'::regnamespace
       and not exists (select from unnest(p.proconfig) c where c like 'search_path=%')`);
  if (rows.length > 0) await pool.query(rows.map((row) => row.statement).join(";\n"));
}
