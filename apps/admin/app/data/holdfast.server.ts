import { createHoldfast, type Holdfast, HoldfastError, UnreachableError } from "@holdfast/client";
import { createContext, data, type MiddlewareFunction, type RouterContextProvider } from "react-router";
import { supabaseContext } from "./session.server.ts";
import { Unreachable } from "./unreachable.ts";
import { visible } from "./visible.ts";

/** The workspace of the URL, as the signed-in person sees it. */
export const holdfastContext = createContext<Holdfast>();

/** Opens the workspace that the URL names. Whether it exists for this person is found out by the first read. */
export const openWorkspace: MiddlewareFunction<Response> = ({ context, params }) => {
  context.set(holdfastContext, createHoldfast(context.get(supabaseContext), { workspace: params.workspace ?? "" }));
};

/** What every loader of a page is given by React Router, as far as the pages use it. */
export interface Asked {
  context: Readonly<RouterContextProvider>;
  params: Record<string, string | undefined>;
  url: URL;
}

/**
 * Reads what a page shows. Every text in it is made safe to look at (no invisible or direction-changing characters), so that
 * no page can forget to. Errors become pages: not found, forbidden, refused, or "does not answer".
 */
export async function read<T>({ context }: Asked, work: (holdfast: Holdfast) => Promise<T>): Promise<T> {
  try {
    return visible(await work(context.get(holdfastContext)));
  } catch (error) {
    throw toResponse(error);
  }
}

/** The answer of a loader that could not read. */
export function toResponse(error: unknown): unknown {
  if (error instanceof UnreachableError) return new Unreachable();
  if (error instanceof HoldfastError) {
    const { rule, message, hint, status } = error;
    return data({ rule, message, hint }, { status: status >= 400 && status < 600 ? status : 500 });
  }
  return error;
}

/** The first row of an answer. Errors: 404 with `what` in its sentence. */
export function one<T>(rows: T[], what: string): T {
  const [row] = rows;
  if (row === undefined) {
    throw new HoldfastError({
      rule: "not_found",
      status: 404,
      message: `There is no ${what} in this workspace.`,
      hint: "It may belong to another workspace, or have been dropped after its keeping.",
    });
  }
  return row;
}
