import { HoldfastError } from "@holdfast/client";
import type { ActionFunctionArgs } from "react-router";
import { z } from "zod";
import { holdfastContext, openWorkspace } from "../data/holdfast.server.ts";
import { requirePerson } from "../data/session.server.ts";

export const middleware = [requirePerson, openWorkspace];

const Form = z.discriminatedUnion("intent", [
  z.object({
    intent: z.literal("keep"),
    page: z.string(),
    name: z.string().trim().min(1).max(80),
    query: z.string().max(4000),
  }),
  z.object({ intent: z.literal("drop"), page: z.string(), name: z.string() }),
]);

/** Keeps or drops one of the person's own views: a row of `holdfast.saved_views`. */
export async function action({ request, context }: ActionFunctionArgs): Promise<{ error?: string }> {
  const form = Form.safeParse(Object.fromEntries(await request.formData()));
  if (!form.success) return { error: "A view needs a name of 1 to 80 characters." };
  const { data } = context.get(holdfastContext);
  const workspace_id = await data.workspaceId();
  const { intent, page, name } = form.data;
  try {
    await data.read((db) =>
      intent === "drop"
        ? db.from("saved_views").delete().eq("workspace_id", workspace_id).eq("page", page).eq("name", name)
        : db.from("saved_views").insert({ workspace_id, page, name, query: form.data.query }),
    );
    return {};
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    return {
      error:
        error.status === 409
          ? `There is a view "${name}" already: drop it first, or choose another name.`
          : error.message,
    };
  }
}
