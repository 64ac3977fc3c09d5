import type { createTestStack } from "@holdfast/testing";
import { connect, createHoldfast, type Holdfast, signIn } from "../../src/index.ts";

/** A stack of a test's own. */
export type TestStack = Awaited<ReturnType<typeof createTestStack>>;

export type Person = "owner" | "approver" | "operator" | "viewer";

/** The workspace `local` through the Data API, as one of the local people. */
export async function as(stack: TestStack, person: Person, workspace = "local"): Promise<Holdfast> {
  const project = { url: stack.apiUrl, key: stack.publishableKey };
  const { accessToken } = await signIn({ ...project, ...stack.users[person] });
  return createHoldfast({ ...project, accessToken }, { workspace });
}

/** The same without signing in. */
export function asAnon(stack: TestStack): Holdfast {
  return createHoldfast(connect({ url: stack.apiUrl, key: stack.publishableKey }), { workspace: "local" });
}
