import type { z } from "zod";
import type { Data } from "../connection/data.ts";
import { fromJsonSchema } from "./json-schema.ts";

/** One row of `holdfast.kinds`: what the workspace can run. */
export interface Kind {
  name: string;
  mode: "function" | "command";
  /** JSON Schema of the payload; null when anything goes. */
  payload_schema: unknown;
  queue: string | null;
  lane: string | null;
  class: string | null;
  profile: string | null;
  description: string | null;
}

/** How long a kind's schema is trusted before it is read again, in milliseconds. */
const FRESH_MS = 60_000;

/** The kinds of a workspace, and their payload schemas kept for a minute. */
export class KindCatalogue {
  readonly #data: Data;
  readonly #schemas = new Map<string, { schema: z.ZodType | undefined; readAt: number }>();

  constructor(data: Data) {
    this.#data = data;
  }

  /** Every kind of the workspace, by name. Reads `holdfast.kinds`. */
  async list(): Promise<Kind[]> {
    const workspaceId = await this.#data.workspaceId();
    return this.#data.read<Kind[]>((db) =>
      db
        .from("kinds")
        .select("name,mode,payload_schema,queue,lane,class,profile,description")
        .eq("workspace_id", workspaceId)
        .order("name"),
    );
  }

  /** The checker of a kind's payload; undefined when the kind has none, is unknown (SQL says so), or zod cannot express it. */
  async schemaOf(kind: string): Promise<z.ZodType | undefined> {
    const kept = this.#schemas.get(kind);
    if (kept && Date.now() - kept.readAt < FRESH_MS) return kept.schema;
    const workspaceId = await this.#data.workspaceId();
    const rows = await this.#data.read<{ payload_schema: unknown }[]>((db) =>
      db.from("kinds").select("payload_schema").eq("workspace_id", workspaceId).eq("name", kind).limit(1),
    );
    const json = rows[0]?.payload_schema;
    const schema = json === null || json === undefined ? undefined : fromJsonSchema(json);
    this.#schemas.set(kind, { schema, readAt: Date.now() });
    return schema;
  }
}
