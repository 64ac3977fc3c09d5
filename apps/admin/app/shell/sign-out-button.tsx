import { Button } from "@mantine/core";
import { Form } from "react-router";

/** Ends the session here and in Auth. */
export function SignOut() {
  return (
    <Form method="post" action="/sign-out">
      <Button type="submit" variant="default" size="xs">
        Sign out
      </Button>
    </Form>
  );
}
