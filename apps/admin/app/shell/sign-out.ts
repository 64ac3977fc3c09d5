import { type ActionFunctionArgs, redirect } from "react-router";
import { supabaseContext } from "../data/session.server.ts";

/** Ends this session in Auth and forgets its cookie. A copy of the cookie is worth nothing from then on. */
export async function action({ context }: ActionFunctionArgs) {
  await context.get(supabaseContext).auth.signOut({ scope: "local" });
  throw redirect("/sign-in");
}

/** Reading the address changes nothing: only the button signs out. */
export function loader() {
  throw redirect("/");
}
