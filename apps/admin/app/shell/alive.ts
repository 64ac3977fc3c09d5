import { UnreachableError } from "@holdfast/client";
import type { LoaderFunctionArgs } from "react-router";
import { holdfastContext, openWorkspace } from "../data/holdfast.server.ts";
import { supabaseContext, whoIsIt } from "../data/session.server.ts";

export const middleware = [openWorkspace];

/** Whether a page may be read again now: asked before each refresh, so that one that would fail keeps what it has. */
export async function loader({ context }: LoaderFunctionArgs): Promise<Response> {
  try {
    if (!(await whoIsIt(context.get(supabaseContext)))) return Response.json({ ok: false, why: "signed_out" });
    await context.get(holdfastContext).data.read((db) => db.from("roles").select("role").limit(1));
    return Response.json({ ok: true });
  } catch (error) {
    if (error instanceof Response || error instanceof UnreachableError) {
      return Response.json({ ok: false, why: "unreachable" });
    }
    throw error;
  }
}
