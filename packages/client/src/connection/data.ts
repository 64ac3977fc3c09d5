import type { SupabaseClient } from "@supabase/supabase-js";
import { type ResponseError, unwrap, unwrapRow } from "../errors/from-response.ts";
import { HoldfastError } from "../errors/holdfast-error.ts";

/** The PostgREST client of schema `holdfast`, untyped: the row types of this package are put on at the edge. */
export type HoldfastSchema = ReturnType<typeof holdfastSchema>;

function holdfastSchema(supabase: SupabaseClient) {
  return supabase.schema("holdfast");
}

interface Answer {
  data: unknown;
  error: ResponseError | null;
  status: number;
}

/** One workspace behind one Data API: every read and call of the client goes through here, so every error is typed. */
export class Data {
  readonly url: string;
  readonly workspace: string;
  readonly #schema: HoldfastSchema;
  #workspaceId: Promise<string> | undefined;

  constructor(supabase: SupabaseClient, url: string, workspace: string) {
    this.url = url;
    this.workspace = workspace;
    this.#schema = holdfastSchema(supabase);
  }

  /** Runs one query and returns its rows. */
  async read<T>(query: (db: HoldfastSchema) => PromiseLike<Answer>): Promise<T> {
    return unwrap<T>(await query(this.#schema), this.url);
  }

  /** Calls a function that returns rows. */
  async call<T>(name: string, args: Record<string, unknown>): Promise<T> {
    return unwrap<T>(await this.#schema.rpc(name, args), this.url);
  }

  /** Calls a function that returns one row. */
  async callRow<T>(name: string, args: Record<string, unknown>): Promise<T> {
    return unwrapRow<T>(await this.#schema.rpc(name, args), this.url);
  }

  /** The uuid behind the workspace's slug, read once. Errors: `unknown_workspace`. */
  workspaceId(): Promise<string> {
    this.#workspaceId ??= this.#readWorkspaceId().catch((error: unknown) => {
      this.#workspaceId = undefined;
      throw error;
    });
    return this.#workspaceId;
  }

  async #readWorkspaceId(): Promise<string> {
    const rows = await this.read<{ id: string }[]>((db) =>
      db.from("workspaces").select("id").eq("slug", this.workspace).limit(1),
    );
    if (rows[0]) return rows[0].id;
    throw new HoldfastError({
      rule: "unknown_workspace",
      status: 404,
      message: `there is no workspace "${this.workspace}" that you are a member of`,
      hint: "check the name, or ask an admin of the workspace to add you to holdfast.members",
    });
  }
}
