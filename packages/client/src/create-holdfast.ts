import type { SupabaseClient } from "@supabase/supabase-js";
import type { z } from "zod";
import type { Action, Target } from "./actions/action.ts";
import { tellRefusal } from "./actions/tell-refusal.ts";
import { type ConnectOptions, connect } from "./connection/connect.ts";
import { Data } from "./connection/data.ts";
import { type EnqueuedJob, enqueue, enqueueMany, type NewJob } from "./jobs/enqueue.ts";
import type { EnqueueOptions } from "./jobs/enqueue-options.ts";
import type { FinishedJob, Job } from "./jobs/job.ts";
import { getJob, type WaitOptions, waitForJob } from "./jobs/wait.ts";
import type { KindDefinition, ResultOf } from "./kinds/define-kind.ts";
import { type Kind, KindCatalogue } from "./kinds/kind-catalogue.ts";

/** What {@link createHoldfast} needs besides the connection. */
export interface HoldfastOptions {
  /** Slug of the workspace every call is about. */
  workspace: string;
}

/** An act on something other than a job's plain cancel. */
export interface ActOptions {
  reason?: string | undefined;
  params?: Record<string, unknown> | undefined;
}

/** A workspace of Holdfast, as one person or service sees it through the Data API. */
export interface Holdfast {
  /** The workspace's slug. */
  readonly workspace: string;
  /** Reads and calls under the same session, for what this interface has no method for. */
  readonly data: Data;
  /** Enqueues one job and returns its row; a repeat of an idempotency key returns the job that exists. */
  enqueue<K extends KindDefinition>(
    kind: K,
    payload: z.input<K["payload"]>,
    options?: EnqueueOptions,
  ): Promise<Job<ResultOf<K>>>;
  enqueue(kind: string, payload?: unknown, options?: EnqueueOptions): Promise<Job>;
  /** Enqueues many jobs in batches of 1000, and returns what became of each, in order. */
  enqueueMany(jobs: readonly NewJob[]): Promise<EnqueuedJob[]>;
  /** The job as it is now. Errors: `unknown_job`. */
  get<Result = unknown>(id: number): Promise<Job<Result>>;
  /** The job once it is final. Give the typed row of `enqueue` and the result is typed too. */
  wait<Result = unknown>(job: number | Job<Result>, options?: WaitOptions): Promise<FinishedJob<Result>>;
  /** Asks a job to end: not started, it never will; running, it is told and given its grace. */
  cancel(id: number, reason?: string): Promise<Action>;
  /** Performs any act that `holdfast.verbs` lists. Calls `holdfast.act`; a refusal is put on the record and thrown. */
  act(verb: string, subject: string, target: Target, options?: ActOptions): Promise<Action>;
  /** What the workspace can run. */
  kinds(): Promise<Kind[]>;
}

/**
 * Opens a workspace over an existing supabase-js client, or over a URL and key.
 *
 * ```ts
 * const holdfast = createHoldfast(supabase, { workspace: "local" });
 * const job = await holdfast.enqueue("hello", { name: "Ada" }, { idempotencyKey: "greet-ada" });
 * const done = await holdfast.wait(job);
 * ```
 *
 * Every refusal is a `HoldfastError` with its rule, status and hint; no answer at all is an `UnreachableError`.
 */
export function createHoldfast(connection: SupabaseClient | ConnectOptions, options: HoldfastOptions): Holdfast {
  const supabase = isClient(connection) ? connection : connect(connection);
  const url = isClient(connection) ? projectUrl(connection) : connection.url;
  const data = new Data(supabase, url, options.workspace);
  const kinds = new KindCatalogue(data);
  const act: Holdfast["act"] = async (verb, subject, target, { reason, params } = {}) => {
    try {
      return await data.callRow<Action>("act", {
        p_workspace: options.workspace,
        p_verb: verb,
        p_subject: subject,
        p_target: target,
        p_reason: reason ?? null,
        p_params: params ?? {},
      });
    } catch (error) {
      await tellRefusal(data, { verb, subject, target }, error);
      throw error;
    }
  };
  return {
    workspace: options.workspace,
    data,
    enqueue: (kind: string | KindDefinition, payload?: unknown, how: EnqueueOptions = {}) =>
      enqueue(data, kinds, kind, payload, how) as Promise<Job<never>>,
    enqueueMany: (jobs) => enqueueMany(data, kinds, jobs),
    get: <Result>(id: number) => getJob(data, id) as Promise<Job<Result>>,
    wait: <Result>(job: number | Job<Result>, how?: WaitOptions) =>
      waitForJob(data, typeof job === "number" ? job : job.id, how) as Promise<FinishedJob<Result>>,
    cancel: (id, reason) => act("cancel", "job", { job: id }, { reason }),
    act,
    kinds: () => kinds.list(),
  };
}

function isClient(connection: SupabaseClient | ConnectOptions): connection is SupabaseClient {
  return typeof (connection as Partial<SupabaseClient>).from === "function";
}

function projectUrl(client: SupabaseClient): string {
  // supabase-js keeps the URL in a protected field; it only names the place in messages, so its absence is no error.
  return (client as unknown as { supabaseUrl?: string }).supabaseUrl ?? "the project";
}
