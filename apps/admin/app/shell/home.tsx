import { Anchor, Container, Text, Title } from "@mantine/core";
import { Link, type LoaderFunctionArgs, redirect, useLoaderData } from "react-router";
import { personContext, requirePerson, supabaseContext } from "../data/session.server.ts";
import { Unreachable } from "../data/unreachable.ts";
import { visible } from "../data/visible.ts";
import { SignOut } from "./sign-out-button.tsx";

export const middleware = [requirePerson];

/** The person's workspaces; with one of them there is nothing to choose. */
export async function loader({ context }: LoaderFunctionArgs) {
  const { data, error } = await context
    .get(supabaseContext)
    .schema("holdfast")
    .from("workspaces")
    .select("slug, name")
    .order("slug");
  if (error) throw new Unreachable();
  if (data.length === 1) throw redirect(`/w/${data[0]?.slug}`);
  return visible({ email: context.get(personContext).email, workspaces: data });
}

export default function Home() {
  const { email, workspaces } = useLoaderData<typeof loader>();
  return (
    <Container size="xs" component="main" py="xl">
      <Title order={1} mb="md">
        {workspaces.length === 0 ? "No workspace" : "Workspaces"}
      </Title>
      {workspaces.length === 0 && (
        <Text mb="md">
          You are signed in as {email}, and a member of no workspace. An admin of a workspace can add you to
          holdfast.members; then load this page again.
        </Text>
      )}
      <ul>
        {workspaces.map(({ slug, name }) => (
          <li key={slug}>
            <Anchor component={Link} to={`/w/${slug}`}>
              {name} ({slug})
            </Anchor>
          </li>
        ))}
      </ul>
      <SignOut />
    </Container>
  );
}
