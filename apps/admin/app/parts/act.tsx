import type { Target } from "@holdfast/client";
import { Alert, Button, type ButtonProps, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";

import { type ReactNode, useEffect, useId, useRef, useState } from "react";
import { useFetcher, useParams } from "react-router";
import type { Refusal } from "../data/refusal.server.ts";
import type { ActAnswer } from "../shell/act.ts";
import { plural } from "./format.ts";
import { tell } from "./tell.ts";

/** What may be done, as `holdfast.allowed_actions` and `holdfast.subject_actions` say it. */
export interface Allowed {
  verb: string;
  sentence: string;
  needs_reason: boolean;
  needs_approval: boolean;
}

/** Verbs whose button is red: what they do is not undone by another button. */
export const GRAVE: ReadonlySet<string> = new Set(["kill", "cancel", "discard", "engage", "dismiss", "reject"]);

/** What an act did. */
export type Done = Extract<ActAnswer, { ok: true }>;

/** Sends one act and tells what became of it. */
export function useAct(done?: (answer: Done) => void) {
  const { workspace } = useParams();
  const fetcher = useFetcher<ActAnswer>();
  const told = useRef<unknown>(undefined);
  const { data, state } = fetcher;
  useEffect(() => {
    // At once, not when the page has been read again: by then the row with the button may be gone, and this with it.
    if (state === "submitting" || !data || told.current === data) return;
    told.current = data;
    if (!data.ok) return;
    void tell({
      title: `${data.verb} ${data.subject.replaceAll("_", " ")}: done`,
      message: says(data.result) || plural(data.affected, "change"),
      color: "green.9",
    });
    done?.(data);
  }, [data, state, done]);
  const send = (act: {
    verb: string;
    subject: string;
    target: Target;
    params?: Record<string, unknown>;
    reason?: string;
  }) => {
    void fetcher.submit(
      {
        verb: act.verb,
        subject: act.subject,
        target: JSON.stringify(act.target),
        params: JSON.stringify(act.params ?? {}),
        ...(act.reason ? { reason: act.reason } : {}),
      },
      { method: "post", action: `/w/${workspace}/act` },
    );
  };
  return { send, busy: state !== "idle", answer: state === "idle" ? data : undefined };
}

/**
 * A button for one act. It opens a dialog that says what the act does, asks for the reason where one is needed (and takes one
 * where it is not), and stays open with the database's sentence when the act is refused.
 */
export function ActButton({
  allowed,
  subject,
  target,
  about,
  params,
  children,
  ready = true,
  label,
  ...button
}: {
  allowed: Allowed;
  subject: string;
  target: Target;
  /** What is acted on, in words: `job 12`, `queue primary`. */
  about: string;
  params?: Record<string, unknown>;
  /** Fields of the act's own, above the reason. */
  children?: ReactNode;
  /** False while those fields do not hold enough. */
  ready?: boolean;
  label?: string;
} & Omit<ButtonProps, "children">) {
  const [opened, { open, close }] = useDisclosure();
  const name = label ?? capital(allowed.verb);
  const grave = GRAVE.has(allowed.verb);
  return (
    <>
      <Button size="compact-sm" variant="default" {...button} onClick={open} aria-label={`${name} ${about}`}>
        {name}
      </Button>
      <Modal opened={opened} onClose={close} title={`${name} ${about}`} centered>
        {opened && (
          <ActForm
            allowed={allowed}
            subject={subject}
            target={target}
            {...(params ? { params } : {})}
            ready={ready}
            name={name}
            grave={grave}
            onDone={close}
          >
            {children}
          </ActForm>
        )}
      </Modal>
    </>
  );
}

/** The inside of an act's dialog. */
export function ActForm({
  allowed,
  subject,
  target,
  params,
  ready = true,
  name,
  grave = false,
  onDone,
  children,
}: {
  allowed: Allowed;
  subject: string;
  target: Target;
  params?: Record<string, unknown>;
  ready?: boolean;
  name: string;
  grave?: boolean;
  /** Called when it is done, with what it did, and when the person leaves it. */
  onDone: (answer?: Done) => void;
  children?: ReactNode;
}) {
  const [reason, setReason] = useState("");
  const { send, busy, answer } = useAct(onDone);
  const form = useId();
  return (
    <form
      id={form}
      onSubmit={(event) => {
        event.preventDefault();
        send({ verb: allowed.verb, subject, target, ...(params ? { params } : {}), reason });
      }}
    >
      <Stack gap="sm">
        <Text size="sm">{allowed.sentence}</Text>
        {allowed.needs_approval && <Text size="sm">It takes effect once another person has consented.</Text>}
        {children}
        <Textarea
          label={allowed.needs_reason ? "Reason" : "Reason (optional)"}
          description="It goes into the ledger."
          required={allowed.needs_reason}
          maxLength={2000}
          autosize
          minRows={2}
          value={reason}
          onChange={(event) => setReason(event.currentTarget.value)}
          data-autofocus
        />
        <Refused answer={answer} />
        <Group justify="flex-end">
          <Button variant="default" onClick={() => onDone()}>
            Leave it
          </Button>
          <Button type="submit" loading={busy} disabled={!ready} {...(grave ? { color: "red.9" } : {})}>
            {name}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Why an act was refused, in the database's words. Nothing has changed when this is seen. */
export function Refused({ answer }: { answer: { ok: true } | Refusal | undefined }) {
  if (!answer || answer.ok) return null;
  return (
    <Alert
      color="red.9"
      variant="outline"
      role="alert"
      title={answer.rule === "unreachable" ? "No answer" : "Refused; nothing has changed"}
    >
      {answer.message}
      {answer.hint && <div className="dim">{answer.hint}</div>}
    </Alert>
  );
}

/**
 * The buttons for everything that may be done to one thing now. An open dialog stays when its button goes: whoever is writing
 * a reason while the thing moves on is told so by the database, not by a dialog that vanishes.
 */
export function Acts({
  allowed,
  subject,
  target,
  about,
}: {
  allowed: readonly Allowed[];
  subject: string;
  target: Target;
  about: string;
}) {
  const [chosen, setChosen] = useState<Allowed>();
  const [opened, { open, close }] = useDisclosure();
  return (
    <Group gap={6} wrap="wrap">
      {allowed.map((each) => (
        <Button
          key={each.verb}
          size="compact-sm"
          variant="default"
          aria-label={`${capital(each.verb)} ${about}`}
          onClick={() => {
            setChosen(each);
            open();
          }}
        >
          {capital(each.verb)}
        </Button>
      ))}
      {chosen && (
        <Modal opened={opened} onClose={close} title={`${capital(chosen.verb)} ${about}`} centered>
          {opened && (
            <ActForm
              allowed={chosen}
              subject={subject}
              target={target}
              name={capital(chosen.verb)}
              grave={GRAVE.has(chosen.verb)}
              onDone={close}
            />
          )}
        </Modal>
      )}
    </Group>
  );
}

/** What an act's result says, in a line. */
function says(result: Record<string, unknown>): string {
  return Object.entries(result)
    .filter(([, value]) => value !== null && typeof value !== "object")
    .map(([key, value]) => `${key.replaceAll("_", " ")}: ${String(value)}`)
    .join(" · ");
}

/** `release` as the first word of a button. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1).replaceAll("_", " ");
}
