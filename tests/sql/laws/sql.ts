import type pg from "pg";
import { MONEY_LAWS } from "../money/support.ts";

/** What must be so after every step; each query names what breaks the law. */
export const LAWS: [law: string, violations: string][] = [
  ...MONEY_LAWS,
  [
    "a job runs if and only if it has a lease",
    "select j.id from holdfast.jobs j full join holdfast.leases l on l.job_id = j.id where (j.state = 'running') is distinct from (l.token is not null)",
  ],
  [
    "a lease belongs to the newest run of its job, which is open, and no other run is",
    `select j.id from holdfast.runs r join holdfast.jobs j on j.id = r.job_id left join holdfast.leases l on l.token = r.id
     where (r.outcome is null) <> (l.token is not null) or (l.token is not null and r.attempt <> j.attempt)`,
  ],
  [
    "tokens only grow",
    "select r.id from holdfast.runs r join holdfast.runs later on later.job_id = r.job_id and later.attempt > r.attempt and later.id <= r.id",
  ],
  [
    "attempts count the runs",
    "select j.id from holdfast.jobs j where j.attempt <> (select count(*) from holdfast.runs r where r.job_id = j.id)",
  ],
  [
    "only jobs on their way occupy slots",
    "select s.job_id from holdfast_private.slots s join holdfast.jobs j on j.id = s.job_id where j.state not in ('dispatched', 'running')",
  ],
  [
    "a job on its way in a limited queue has its slot",
    `select j.id from holdfast.jobs j join holdfast.queues q on q.workspace_id = j.workspace_id and q.name = j.queue
     where j.state in ('dispatched', 'running') and q.max_running is not null and not exists (select from holdfast_private.slots s where s.job_id = j.id and s.scope = 'queue')`,
  ],
  [
    "of a concurrency key, and of suspects, one is on its way",
    `select max(j.id) from holdfast.jobs j where j.state in ('dispatched', 'running') and j.concurrency_key is not null group by j.concurrency_key having count(*) > 1
     union all select max(j.id) from holdfast.jobs j where j.state in ('dispatched', 'running') and j.suspect having count(*) > 1`,
  ],
  [
    "no job starts before those it depends on have completed",
    `select r.id from holdfast.runs r join holdfast.job_dependencies d on d.job_id = r.job_id join holdfast.jobs p on p.id = d.depends_on where p.state <> 'completed' or p.finished_at > r.started_at`,
  ],
  [
    "every run that is over is closed by exactly one event",
    `select r.id from holdfast.runs r where r.outcome is not null and (select count(*) from holdfast_ledger.events e where e.subject_type = 'run' and e.subject_id = r.id::text and e.action = 'run.closed') <> 1`,
  ],
  [
    "what is not dispatched is not in graphile-worker, and what is dispatched is",
    "select j.id from holdfast.jobs j left join graphile_worker._private_jobs g on g.key = 'job:' || j.id where (g.id is not null) <> (j.state = 'dispatched')",
  ],
  [
    "a job waits for consent if and only if one request for it is pending",
    "select j.id from holdfast.jobs j where (j.state = 'awaiting_approval')::int <> (select count(*) from holdfast.approvals a where a.job_id = j.id and a.state = 'pending')",
  ],
  [
    "a job is quarantined if and only if its quarantine is open",
    "select j.id from holdfast.jobs j where (j.state = 'quarantined')::int <> (select count(*) from holdfast.quarantine q where q.job_id = j.id and q.state = 'open')",
  ],
  [
    "a job that failed for good has one open dead letter",
    "select j.id from holdfast.jobs j where (j.state in ('failed', 'timed_out'))::int <> (select count(*) from holdfast.dead_letters d where d.job_id = j.id and d.state = 'open')",
  ],
  ["alone, everything is settled at once", "select u.job_id from holdfast_private.unsettled u"],
  [
    "every change of state that is not a matter of course has its event",
    `select m.job_id from model.moves m where (m.from_state || ' > ' || m.to_state) <> all ('{queued > dispatched,dispatched > queued,dispatched > running,retrying > queued,blocked > queued,queued > blocked}')
     and not exists (select from holdfast_ledger.events e where e.seq > m.seq and ((e.subject_type = 'job' and e.subject_id = m.job_id::text) or e.data ->> 'job' = m.job_id::text))`,
  ],
  [
    "a dispatch into a queue with a rate is counted",
    `select j.id from holdfast.jobs j join holdfast.queues q on q.workspace_id = j.workspace_id and q.name = j.queue
     where j.state = 'dispatched' and q.max_per_hour is not null and j.dispatched_at > holdfast_private.clock() - interval '1 hour' and j.dispatched_at >= (select s.rated_at from model.state s)
       and not exists (select from holdfast_private.starts t where t.job_id = j.id and t.at = j.dispatched_at)`,
  ],
];

/** A job as the database has it. */
export interface RealJob {
  id: number;
  state: string;
  held_by: string[];
  consent: string | null;
  attempt: number;
  crash_count: number;
  suspect: boolean;
  run_at: number;
  dispatched_at: number | null;
}

/** What one step did: its answer or refusal, how the database stands after it, the laws it broke. */
export interface World {
  // biome-ignore lint/suspicious/noExplicitAny: each step answers in its own shape
  answer: any;
  refused: string | null;
  now: number;
  jobs: RealJob[];
  leases: { job_id: number; token: number; verdict: string }[];
  moves: string[];
  used: number;
  starts: number;
  money: { reserved: number; settled: number };
  broken: string[];
}

/** Installs `model.step(statement, claims)`: a second passes, the statement runs, the world is described. */
export async function installModel(client: pg.Client): Promise<void> {
  const laws = LAWS.map(
    ([law, violations]) => `select ${client.escapeLiteral(law)} as law where exists (${violations})`,
  ).join("\nunion all\n");
  await client.query(`
    create schema model;
    create table model.state (rated_at timestamptz not null default '-infinity');
    insert into model.state default values;
    create table model.moves (n bigint generated always as identity, seq bigint not null, job_id bigint not null, from_state text not null, to_state text not null);
    create function model.note() returns trigger language plpgsql as $$
    begin
      insert into model.moves (seq, job_id, from_state, to_state) values (coalesce(current_setting('model.seq', true), '0')::bigint, new.id, old.state, new.state);
      return null;
    end $$;
    create trigger model__note after update of state on holdfast.jobs for each row when (old.state <> new.state) execute function model.note();
    create function model.step(p_statement text, p_claims text) returns jsonb language plpgsql as $$
    declare
      v_answer jsonb;
      v_code text;
      v_rule text;
      v_message text;
    begin
      update holdfast_private.test_clock set shift = shift + interval '1 second';
      delete from model.moves;
      perform set_config('model.seq', (select coalesce(max(seq), 0)::text from holdfast_ledger.events), true), set_config('request.jwt.claims', p_claims, true);
      begin
        execute p_statement into v_answer;
      exception when others then
        get stacked diagnostics v_code = returned_sqlstate, v_rule = pg_exception_detail, v_message = message_text;
        if v_code not like 'PT4%' then
          raise;
        end if;
      end;
      perform set_config('request.jwt.claims', '', true);
      return jsonb_build_object('answer', v_answer, 'refused', v_rule, 'now', extract(epoch from holdfast_private.clock()),
        'jobs', (select coalesce(jsonb_agg(jsonb_build_object('id', j.id, 'state', j.state, 'held_by', j.held_by, 'consent', j.consent, 'attempt', j.attempt, 'crash_count', j.crash_count, 'suspect', j.suspect,
          'run_at', extract(epoch from j.run_at), 'dispatched_at', extract(epoch from j.dispatched_at)) order by j.id), '[]') from holdfast.jobs j),
        'leases', (select coalesce(jsonb_agg(jsonb_build_object('job_id', l.job_id, 'token', l.token, 'verdict', l.verdict)), '[]') from holdfast.leases l),
        'moves', (select coalesce(jsonb_agg(m.from_state || ' > ' || m.to_state), '[]') from model.moves m),
        'used', (select coalesce(sum(p.reserved + p.spent), 0) from holdfast.budget_periods p where p.starts_at <= holdfast_private.clock() and p.ends_at > holdfast_private.clock()),
        'starts', (select count(*) from holdfast_private.starts t where t.name = 'primary' and t.at > holdfast_private.clock() - interval '1 hour'),
        'money', jsonb_build_object('reserved', (select coalesce(sum(amount), 0) from holdfast_private.reservations), 'settled', (select coalesce(sum(amount), 0) from holdfast.cost_entries where entry = 'settle')),
        'broken', (select coalesce(jsonb_agg(l.law), '[]') from (${laws}) l));
    end $$;`);
}
