import { Button, Checkbox, Group, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";

import { type ReactNode, useEffect, useState } from "react";
import { useFetcher } from "react-router";
import type { Choices } from "../../data/choices.server.ts";
import { Refused } from "../../parts/act.tsx";
import { NumberField } from "../../parts/number-field.tsx";
import { PayloadFields, usePayloadForm } from "../../parts/schema-form.tsx";
import { tell } from "../../parts/tell.ts";
import type { action } from "../schedules.tsx";

/** What a new schedule may name. */
export interface Offered extends Omit<Choices, "kinds"> {
  kinds: { name: string; payload_schema: unknown }[];
  /** Of the workspace. */
  time_zone: string;
  currency: string;
}

/** The button for a new schedule, and its form. */
export function AddSchedule({ offered }: { offered: Offered }) {
  const [opened, { open, close }] = useDisclosure();
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={open}>
        Add a schedule
      </Button>
      <Modal opened={opened} onClose={close} title="Add a schedule" size="lg">
        {opened && <AddForm offered={offered} onDone={close} />}
      </Modal>
    </>
  );
}

function AddForm({ offered, onDone }: { offered: Offered; onDone: () => void }) {
  const [kind, setKind] = useState<string | null>(null);
  const schema = offered.kinds.find(({ name }) => name === kind)?.payload_schema;
  return (
    <Stack gap="sm">
      <Text size="sm">It starts disabled, and fires once somebody has enabled it.</Text>
      <Select
        label="Kind"
        description="What each window starts."
        data={offered.kinds.map(({ name }) => name)}
        value={kind}
        onChange={setKind}
        searchable
        required
        data-autofocus
        openOnFocus={false}
      />
      {kind === null ? (
        <Text size="sm" className="dim">
          Choose the kind: its payload decides what else is asked.
        </Text>
      ) : (
        <Details key={kind} kind={kind} schema={schema} offered={offered} onDone={onDone} />
      )}
    </Stack>
  );
}

/** The rest of the form, for one kind. Its plain fields are sent as they stand. */
function Details({
  kind,
  schema,
  offered,
  onDone,
}: {
  kind: string;
  schema: unknown;
  offered: Offered;
  onDone: () => void;
}) {
  const { Form, data, state } = useFetcher<typeof action>();
  const payload = usePayloadForm(schema);
  const [cron, setCron] = useState("");
  const words = useCronWords(cron);
  const idle = state === "idle";
  useEffect(() => {
    if (!idle || !data?.ok) return;
    void tell({ title: `schedule ${data.name}: added`, message: "It is disabled.", color: "green.9" });
    onDone();
  }, [idle, data, onDone]);
  const means = payload.means;
  return (
    <Form method="post">
      <input type="hidden" name="kind" value={kind} />
      <input type="hidden" name="payload" value={"payload" in means ? JSON.stringify(means.payload) : ""} />
      <Stack gap="sm">
        <Pair>
          <TextInput name="name" label="Name" description="Lowercase, e.g. nightly_report" required maxLength={63} />
          <TextInput name="description" label="What it is for" description="For people" />
        </Pair>
        <Pair>
          <TextInput
            name="cron"
            label="Cron rule"
            description={words}
            placeholder="30 7 * * mon-fri"
            required
            value={cron}
            onChange={(event) => setCron(event.currentTarget.value)}
            classNames={{ input: "mono" }}
          />
          <Select
            name="time_zone"
            label="Time zone"
            description={`The workspace's is ${offered.time_zone}`}
            data={timeZones(offered.time_zone)}
            defaultValue={offered.time_zone}
            searchable
            limit={50}
            allowDeselect={false}
          />
        </Pair>
        <fieldset className="hf-card">
          <legend className="dim">Payload of {kind}</legend>
          <PayloadFields form={payload} />
        </fieldset>
        <Pair>
          <Select
            name="overlap"
            label="While the job before has not ended"
            data={[
              { value: "skip", label: "skip the window" },
              { value: "queue", label: "start all the same" },
              { value: "replace", label: "end the job before" },
            ]}
            defaultValue="skip"
            allowDeselect={false}
          />
          <Select
            name="catch_up"
            label="After a gap"
            data={[
              { value: "once", label: "fire the newest missed window" },
              { value: "all", label: "fire each missed window" },
              { value: "skip", label: "fire nothing late" },
            ]}
            defaultValue="once"
            allowDeselect={false}
          />
        </Pair>
        <Checkbox name="needs_approval" value="true" label="Enabling it takes another person's consent" />
        <Checkbox name="external" value="true" label="Its job contacts the outside" />
        <Checkbox name="paid" value="true" label="Its job spends money" />
        <details>
          <summary>More: queue, lane, class, venture, cost, limits</summary>
          <More offered={offered} />
        </details>
        {idle && <Refused answer={data?.ok ? undefined : data} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onDone}>
            Leave it
          </Button>
          <Button type="submit" loading={!idle} disabled={"fault" in means}>
            Add the schedule
          </Button>
        </Group>
      </Stack>
    </Form>
  );
}

function More({ offered }: { offered: Offered }) {
  return (
    <Stack gap="sm" mt={4}>
      <Pair>
        <Select name="queue" label="Queue" placeholder="scheduled" data={offered.queues} clearable searchable />
        <Select name="lane" label="Lane" placeholder="the kind's" data={offered.lanes} clearable searchable />
      </Pair>
      <Pair>
        <Select name="class" label="Class" placeholder="the kind's" data={offered.classes} clearable searchable />
        <Select name="venture" label="Venture" placeholder="none" data={offered.ventures} clearable searchable />
      </Pair>
      <Pair>
        <NumberField
          name="est_cost"
          label={`Estimate (${offered.currency.toUpperCase()})`}
          description="The most that one attempt should cost"
          min={0}
        />
        <NumberField name="priority" label="Priority" description="Smaller goes first" allowDecimal={false} />
      </Pair>
      <Pair>
        <NumberField
          name="catch_up_limit"
          label="Missed windows to fire at most"
          placeholder="10"
          allowDecimal={false}
        />
        <NumberField name="max_age_seconds" label="Oldest to fire (seconds)" placeholder="86400" allowDecimal={false} />
      </Pair>
      <NumberField
        name="jitter_seconds"
        label="Spread (seconds)"
        description="Its job is due up to so long after the window"
        placeholder="0"
        allowDecimal={false}
      />
    </Stack>
  );
}

/** Two fields side by side where there is room. */
function Pair({ children }: { children: ReactNode }) {
  return (
    <div className="hf-parts" style={{ alignItems: "end" }}>
      {children}
    </div>
  );
}

/** A cron rule in words while it is typed. What turns it into words is loaded when there is something to turn. */
function useCronWords(cron: string): string {
  const [words, setWords] = useState("");
  useEffect(() => {
    let meant = true;
    if (cron.trim() === "") setWords("minute hour day month weekday, or @daily");
    else {
      void import("./cron-words.ts").then(({ cronInWords }) => {
        const said = cronInWords(cron.trim());
        if (meant) setWords(said === cron.trim() ? "not a rule yet" : said);
      });
    }
    return () => {
      meant = false;
    };
  }, [cron]);
  return words;
}

/** Every time zone that the browser knows, and the workspace's own. */
function timeZones(own: string): string[] {
  return [...new Set([own, "UTC", ...Intl.supportedValuesOf("timeZone")])];
}
