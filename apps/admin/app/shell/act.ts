import type { Target } from "@holdfast/client";
import type { ActionFunctionArgs } from "react-router";
import { z } from "zod";
import { holdfastContext, openWorkspace } from "../data/holdfast.server.ts";
import { malformed, type Refusal, refusalOf } from "../data/refusal.server.ts";
import { requirePerson } from "../data/session.server.ts";
import { visible } from "../data/visible.ts";

export const middleware = [requirePerson, openWorkspace];

/** What became of an act: what it changed, or why it was refused. */
export type ActAnswer =
  | { ok: true; verb: string; subject: string; affected: number; result: Record<string, unknown> }
  | Refusal;

const json = z.string().transform((text, context) => {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(text));
  } catch {
    context.addIssue("is not a JSON object");
    return z.NEVER;
  }
});

const Form = z.object({
  verb: z.string().min(1),
  subject: z.string().min(1),
  target: json.default({}),
  params: json.default({}),
  reason: z.string().optional(),
});

/**
 * Every act of every page: one row of `holdfast.actions`, inserted by `holdfast.act` as the person who is signed in. The
 * database decides. A refusal is an answer, not an error: the page shows its sentence and then what is so now.
 */
export async function action({ request, context }: ActionFunctionArgs): Promise<ActAnswer> {
  const form = Form.safeParse(Object.fromEntries(await request.formData()));
  if (!form.success) {
    return malformed(form.error.issues[0]);
  }
  const { verb, subject, target, params, reason } = form.data;
  try {
    const { affected, result } = await context
      .get(holdfastContext)
      .act(verb, subject, target as Target, { params, reason: reason?.trim() || undefined });
    return visible({ ok: true as const, verb, subject, affected, result });
  } catch (error) {
    return refusalOf(error);
  }
}
