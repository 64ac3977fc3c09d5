import type { Target } from "@holdfast/client";
import { Button, Group, Modal } from "@mantine/core";
import { type ReactNode, useRef } from "react";
import { ActForm, type Allowed, capital, type Done, GRAVE } from "./act.tsx";

/** An act that a person is about to do, as it was when they pressed its button. */
export interface Asking {
  allowed: Allowed;
  subject: string;
  target: Target;
  /** What is acted on, in words: `job 12`. */
  about: string;
  /** What the button said, if that is not the verb. */
  label?: string | undefined;
}

/**
 * The dialog of an act on one row of a list that changes while it is read. It belongs to the page, not to the row: when the
 * row goes because somebody else was quicker, the dialog stays, with what was shown, and the database's sentence about it.
 */
export function ActDialog({
  asking,
  params,
  ready = true,
  onClose,
  children,
}: {
  asking: Asking | undefined;
  params?: Record<string, unknown> | undefined;
  ready?: boolean;
  onClose: (answer?: Done) => void;
  /** What is shown and asked for above the reason. */
  children?: ReactNode;
}) {
  const last = useRef(asking);
  if (asking) last.current = asking;
  const of = last.current;
  return (
    <Modal opened={asking !== undefined} onClose={() => onClose()} title={of ? titleOf(of) : ""} centered>
      {asking && (
        <ActForm
          allowed={asking.allowed}
          subject={asking.subject}
          target={asking.target}
          {...(params ? { params } : {})}
          ready={ready}
          name={asking.label ?? capital(asking.allowed.verb)}
          grave={GRAVE.has(asking.allowed.verb)}
          onDone={onClose}
        >
          {children}
        </ActForm>
      )}
    </Modal>
  );
}

/** The buttons for everything that may be done to one row; each opens the page's {@link ActDialog}. */
export function AskActs({
  allowed,
  about,
  onAsk,
  labels = {},
  size = "compact-sm",
  inRow = false,
}: {
  allowed: readonly Allowed[];
  about: string;
  onAsk: (allowed: Allowed, label?: string) => void;
  /** What a button says, by verb, if not the verb. */
  labels?: Readonly<Record<string, string>>;
  /** Larger where it is what a page is opened for, on a phone. */
  size?: "compact-sm" | "sm";
  /** In a row of a table, which is to stay one line high. */
  inRow?: boolean;
}) {
  return (
    <Group gap={6} wrap={inRow ? "nowrap" : "wrap"}>
      {allowed.map((each) => {
        const label = labels[each.verb];
        return (
          <Button
            key={each.verb}
            size={size}
            variant="default"
            onClick={() => onAsk(each, label)}
            aria-label={`${label ?? capital(each.verb)} ${about}`}
          >
            {label ?? capital(each.verb)}
          </Button>
        );
      })}
    </Group>
  );
}

function titleOf({ allowed, about, label }: Asking): string {
  return `${label ?? capital(allowed.verb)} ${about}`;
}
