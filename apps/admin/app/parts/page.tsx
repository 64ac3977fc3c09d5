import { Group, Stack, Title } from "@mantine/core";
import type { ReactNode } from "react";

/** One page: its heading, what can be done there, and its parts. */
export function Page({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <Stack gap="md">
      <Group justify="space-between" gap="xs">
        <Title order={1}>{title}</Title>
        {aside && <Group gap="xs">{aside}</Group>}
      </Group>
      {children}
    </Stack>
  );
}

/** One part of a page under a heading of its own. */
export function Section({
  title,
  aside,
  children,
  id,
}: {
  title: string;
  aside?: ReactNode;
  children: ReactNode;
  id?: string;
}) {
  return (
    <section aria-label={title} id={id}>
      <Group justify="space-between" mb={6} gap="xs">
        <Title order={2}>{title}</Title>
        {aside && <Group gap="xs">{aside}</Group>}
      </Group>
      {children}
    </section>
  );
}

/** Said where there is nothing: what would be here, and what to do to have it. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="hf-card" data-empty>
      <b>{title}</b>
      {children && (
        <div className="dim" style={{ marginTop: 4 }}>
          {children}
        </div>
      )}
    </div>
  );
}

/** Names and values, one under the other. Dense: two beside each other where there is room, and none without a value. */
export function Facts({
  facts,
  dense = false,
}: {
  facts: readonly (readonly [name: string, value: ReactNode])[];
  dense?: boolean;
}) {
  const missing = (value: ReactNode) => value === null || value === undefined || value === "" || value === false;
  return (
    <dl className={dense ? "hf-facts hf-dense" : "hf-facts"}>
      {facts
        .filter(([, value]) => !dense || (!missing(value) && value !== "–"))
        .map(([name, value]) => (
          <div key={name} style={{ display: "contents" }}>
            <dt>{name}</dt>
            <dd>{missing(value) ? <span className="dim">–</span> : value}</dd>
          </div>
        ))}
    </dl>
  );
}

/** Some JSON, readable, as text and nothing else. */
export function Json({ value, label }: { value: unknown; label: string }) {
  return (
    <pre className="hf-pre" tabIndex={0} role="region" aria-label={`${label} as JSON`}>
      {JSON.stringify(value, null, 2)}
    </pre>
  );
}

/** A share of a whole, drawn; `over` when it is more than it may be. */
export function Bar({ share, label }: { share: number; label: string }) {
  const percent = Math.max(0, Math.min(1, share)) * 100;
  return (
    <div className={`hf-bar${share >= 1 ? " over" : ""}`} role="img" aria-label={label}>
      <span style={{ width: `${percent}%` }} />
    </div>
  );
}
