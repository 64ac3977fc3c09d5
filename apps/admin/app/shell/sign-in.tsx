import { Alert, Button, Container, Paper, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import {
  type ActionFunctionArgs,
  Form,
  type LoaderFunctionArgs,
  redirect,
  useActionData,
  useNavigation,
} from "react-router";
import { safeNext, supabaseContext, whoIsIt } from "../data/session.server.ts";

export const meta = () => [{ title: "Sign in · Holdfast" }];

export async function loader({ context, url }: LoaderFunctionArgs) {
  if (await whoIsIt(context.get(supabaseContext))) throw redirect(safeNext(url.searchParams.get("next")));
  return null;
}

/** Signs in with email and password. A refusal comes back as a sentence, never saying which of the two was wrong. */
export async function action({ request, context, url }: ActionFunctionArgs) {
  const form = await request.formData();
  const email = String(form.get("email") ?? "").trim();
  const password = String(form.get("password") ?? "");
  if (email === "" || password === "") return { email, error: "Give both, email and password." };
  const { error } = await context.get(supabaseContext).auth.signInWithPassword({ email, password });
  if (!error) throw redirect(safeNext(url.searchParams.get("next")));
  const silent = error.name === "AuthRetryableFetchError" || (error.status ?? 500) >= 500;
  return {
    email,
    error: silent
      ? "The project does not answer: nobody can sign in at the moment. Try again in a minute."
      : "Email or password is wrong.",
  };
}

export default function SignIn() {
  const failed = useActionData<typeof action>();
  const busy = useNavigation().state !== "idle";
  return (
    <Container size={420} component="main" py={80}>
      <Title order={1} ta="center">
        Holdfast
      </Title>
      <Text ta="center" mb="lg" className="dim">
        Work that must not be lost and must not run away
      </Text>
      <Paper withBorder p="lg" radius="md">
        <Form method="post">
          <Stack>
            {failed && (
              <Alert color="red.9" variant="outline" role="alert" title="Not signed in">
                {failed.error}
              </Alert>
            )}
            <TextInput
              name="email"
              type="email"
              label="Email"
              autoComplete="username"
              defaultValue={failed?.email}
              required
            />
            <PasswordInput name="password" label="Password" autoComplete="current-password" required />
            <Button type="submit" loading={busy}>
              Sign in
            </Button>
          </Stack>
        </Form>
      </Paper>
    </Container>
  );
}
