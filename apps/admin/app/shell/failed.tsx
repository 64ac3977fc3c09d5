import { Button, Container, Text, Title } from "@mantine/core";
import { useEffect } from "react";
import { isRouteErrorResponse, Link, useParams, useRevalidator } from "react-router";

const AGAIN_MS = 3_000;

/** What a page says when it could not be read: what is wrong, in words, and what to do. */
export function Failed({ error, whole = false }: { error: unknown; whole?: boolean }) {
  const { title, sentence, hint, comesBack } = explain(error);
  const { workspace } = useParams();
  const revalidator = useRevalidator();
  useEffect(() => {
    if (!comesBack) return;
    const timer = setInterval(() => revalidator.state === "idle" && void revalidator.revalidate(), AGAIN_MS);
    return () => clearInterval(timer);
  }, [comesBack, revalidator]);
  return (
    <Container size="sm" py="xl" {...(whole ? { component: "main" as const } : {})}>
      <Title order={1}>{title}</Title>
      <Text mt="sm">{sentence}</Text>
      {hint && (
        <Text mt="xs" className="dim">
          {hint}
        </Text>
      )}
      <Button mt="lg" variant="default" component={Link} to={workspace ? `/w/${workspace}` : "/"} reloadDocument>
        {workspace ? "Command center" : "Start page"}
      </Button>
    </Container>
  );
}

interface Explanation {
  title: string;
  sentence: string;
  hint?: string | undefined;
  /** True when it may end without anybody doing something here: the page asks again by itself. */
  comesBack?: boolean;
}

/** Nobody answered: the project (503), a proxy for this app (502, 504), or nothing at all, as when this app is started again. */
function isUnanswered(error: unknown): boolean {
  if (isRouteErrorResponse(error)) return [502, 503, 504].includes(error.status);
  return error instanceof TypeError && /fetch|network|load failed/i.test(error.message);
}

function explain(error: unknown): Explanation {
  if (isUnanswered(error)) {
    return {
      title: "The project does not answer",
      sentence:
        "Holdfast could not be asked, so nothing is shown rather than something old. Work goes on without this page.",
      hint: "This page asks again every 3 seconds. To look yourself: holdfast status, or the project's dashboard.",
      comesBack: true,
    };
  }
  if (!isRouteErrorResponse(error)) {
    return {
      title: "Something went wrong here",
      sentence: "This page failed. Nothing was changed by looking at it.",
      hint: "The admin app's log has the error. Load the page again; if it stays, use the CLI meanwhile: holdfast status.",
    };
  }
  const told = error.data as { message?: string; hint?: string } | null;
  switch (error.status) {
    case 404:
      return {
        title: "Not here",
        sentence: told?.message ?? "There is no such page.",
        hint: told?.hint ?? "Check the address, or go on from the navigation.",
      };
    case 403:
      return {
        title: "Not yours to see",
        sentence: told?.message ?? "Your role does not allow this.",
        hint: told?.hint,
      };
    default:
      return {
        title: "Refused",
        sentence: told?.message ?? `The answer was ${error.status}.`,
        hint: told?.hint ?? "Go back and try something else.",
      };
  }
}
