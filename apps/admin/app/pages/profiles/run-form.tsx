import { Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useState } from "react";
import { useFetcher } from "react-router";
import { Refused } from "../../parts/act.tsx";
import { PayloadFields, usePayloadForm } from "../../parts/schema-form.tsx";
import type { action } from "../profiles.tsx";

/** What may be run: a kind, and what its payload looks like. */
export interface Runnable {
  kind: string;
  schema: unknown;
  description: string;
  needsApproval: boolean;
}

/** The button that starts a job of a kind, with the form that its payload needs. */
export function RunButton({ runnable }: { runnable: Runnable }) {
  const [opened, { open, close }] = useDisclosure();
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={open} aria-label={`Run ${runnable.kind}`}>
        Run
      </Button>
      <Modal opened={opened} onClose={close} title={`Run ${runnable.kind}`} size="lg">
        {opened && <RunForm runnable={runnable} onDone={close} />}
      </Modal>
    </>
  );
}

/** Enqueues one job, and goes to its page. Refused, it stays open with the reason. */
function RunForm({ runnable, onDone }: { runnable: Runnable; onDone: () => void }) {
  const fetcher = useFetcher<typeof action>();
  const form = usePayloadForm(runnable.schema);
  const [name, setName] = useState("");
  const { means } = form;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if ("payload" in means) {
          void fetcher.submit(
            { kind: runnable.kind, payload: JSON.stringify(means.payload), name },
            { method: "post" },
          );
        }
      }}
    >
      <Stack gap="sm">
        {runnable.description && <Text size="sm">{runnable.description}</Text>}
        {runnable.needsApproval && (
          <Text size="sm">It waits for a person's consent before it starts, as its class asks for.</Text>
        )}
        <PayloadFields form={form} />
        <TextInput
          label="Name (optional)"
          description="How the job is listed."
          maxLength={500}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          {...(form.fields?.length === 0 ? { "data-autofocus": true } : {})}
        />
        {"fault" in means && form.json === undefined && (
          <Text size="sm" role="alert">
            {means.fault}
          </Text>
        )}
        <Refused answer={fetcher.state === "idle" ? fetcher.data : undefined} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onDone}>
            Leave it
          </Button>
          <Button type="submit" loading={fetcher.state !== "idle"} disabled={"fault" in means}>
            Run
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
