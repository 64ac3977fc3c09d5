import { Button } from "@mantine/core";
import { Form } from "react-router";

/** Ends the session here and in Auth. The document goes with the person: nothing that this one read is there for the next. */
export function SignOut() {
  return (
    <Form method="post" action="/sign-out" reloadDocument>
      <Button type="submit" variant="default" size="xs">
        Sign out
      </Button>
    </Form>
  );
}
