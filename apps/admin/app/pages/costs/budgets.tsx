import { Button, Group, Modal, Select, Stack, Text, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useEffect, useState } from "react";
import { Link, useFetcher, useParams } from "react-router";
import type { SubjectAction } from "../../data/subject-actions.server.ts";
import { ActButton, Refused } from "../../parts/act.tsx";
import { Ago } from "../../parts/ago.tsx";
import { money } from "../../parts/format.ts";
import { Label } from "../../parts/label.tsx";
import { NumberField } from "../../parts/number-field.tsx";
import { Empty } from "../../parts/page.tsx";
import { type BudgetRow, covers, SpendBar } from "../../parts/spend-bar.tsx";
import { type Column, DataTable } from "../../parts/table.tsx";
import type { StopScope } from "../../shell/stop-scope.ts";
import type { action } from "../costs.tsx";

/** What happens to work that does not fit under the cap, in words. */
const ON_BREACH: Record<string, string> = {
  hold: "it waits",
  ask: "a person may let it pass",
  stop: "paid work is stopped",
};

/** Every budget with what its period has used, and what may be done with it. */
export function Budgets({
  budgets,
  actions,
  mayDefine,
}: {
  budgets: readonly BudgetRow[];
  actions: Record<string, SubjectAction[]>;
  mayDefine: boolean;
}) {
  const { workspace } = useParams();
  const acting = Object.keys(actions).length > 0;
  const columns: Column<BudgetRow>[] = [
    {
      id: "name",
      header: "Budget",
      by: ({ name }) => name,
      cell: (budget) => (
        <span id={budget.name}>
          <b>{budget.name}</b> <span className="dim">{covers(budget)}</span>
        </span>
      ),
    },
    {
      id: "used",
      header: "Used",
      by: ({ share }) => Number(share),
      cell: (budget) => (
        <div className="co-used">
          <SpendBar {...budget} what={`Budget ${budget.name}`} />
          <span className="num">
            {money(budget.spent)} spent
            {Number(budget.reserved) > 0 && <> + {money(budget.reserved)} reserved</>} of{" "}
            {money(budget.cap, budget.currency)}
          </span>
        </div>
      ),
    },
    {
      id: "period",
      header: "Begins anew",
      by: ({ ends_at }) => ends_at,
      cell: ({ period, ends_at }) => (
        <>
          each {period}, <Ago at={ends_at} />
        </>
      ),
    },
    {
      id: "state",
      header: "Status",
      by: ({ breached }) => Number(breached),
      cell: ({ breached, breached_at, pending_approval_id, asked_cap }) => (
        <Group gap={6} wrap="nowrap">
          {pending_approval_id !== null && (
            <Link to={`/w/${workspace}/approvals#${pending_approval_id}`} title={`Asks for ${money(asked_cap)}`}>
              <Label label="APPROVAL REQUIRED" />
            </Link>
          )}
          {breached ? (
            <span className="hf-badge hf-tone-bad" title="A job did not fit under the cap">
              <span className="hf-dot" aria-hidden />
              too small <Ago at={breached_at} />
            </span>
          ) : (
            pending_approval_id === null && (
              <span className="hf-badge hf-tone-ok">
                <span className="hf-dot" aria-hidden />
                covers what is asked
              </span>
            )
          )}
        </Group>
      ),
    },
    {
      id: "rules",
      header: "Beyond it",
      cell: ({ on_breach, approval_threshold }) => (
        <span className="co-rules">
          {ON_BREACH[on_breach] ?? on_breach}
          {approval_threshold !== null && (
            <span className="dim">; above {money(approval_threshold)} each job needs consent</span>
          )}
        </span>
      ),
    },
    {
      id: "acts",
      header: "Acts",
      hidden: !acting,
      cell: (budget) => (
        <Group gap={6} wrap="nowrap">
          {(actions[budget.name] ?? []).map((allowed) => (
            <BudgetAct key={allowed.verb} allowed={allowed} budget={budget} />
          ))}
        </Group>
      ),
    },
  ];
  return (
    <DataTable
      label="Budgets and what they have used"
      columns={columns}
      rows={budgets}
      rowId={({ name }) => `budget-${name}`}
      empty={
        <Empty title="No budget: no money is spent">
          Paid work waits until a person has said how much may be spent.{" "}
          {mayDefine ? "Add a budget." : "An admin adds a budget here."}
        </Empty>
      }
    />
  );
}

/** An act on a budget and its one amount: what the verb calls it. */
const AMOUNT: Record<string, { field: string; label: string; description: string; min?: number }> = {
  raise: {
    field: "cap",
    label: "New cap",
    description: "More takes another person's consent; less takes effect at once.",
    min: 0,
  },
  adjust: {
    field: "amount",
    label: "Amount",
    description: "Counted as spent in this period; negative when less was spent than is written.",
  },
};

function BudgetAct({ allowed, budget }: { allowed: SubjectAction; budget: BudgetRow }) {
  const [amount, setAmount] = useState<number | string>("");
  const of = AMOUNT[allowed.verb];
  return (
    <ActButton
      allowed={allowed}
      subject="budget"
      target={{ budget: budget.name }}
      about={`budget ${budget.name}`}
      {...(of ? { params: { [of.field]: Number(amount) }, ready: amount !== "" } : {})}
    >
      {of && (
        <NumberField
          label={`${of.label}, ${budget.currency.toUpperCase()}`}
          description={`Now: ${money(budget.spent)} spent, ${money(budget.reserved)} reserved of ${money(budget.cap)}. ${of.description}`}
          required
          decimalScale={6}
          {...(of.min === undefined ? {} : { min: of.min })}
          value={amount}
          onChange={setAmount}
        />
      )}
    </ActButton>
  );
}

/** The button that adds a budget. */
export function AddBudget({ currency }: { currency: string }) {
  const [opened, { open, close }] = useDisclosure();
  return (
    <>
      <Button size="compact-sm" variant="default" onClick={open}>
        Add a budget
      </Button>
      <Modal opened={opened} onClose={close} title="Add a budget" centered>
        {opened && <BudgetForm currency={currency} onDone={close} />}
      </Modal>
    </>
  );
}

function BudgetForm({ currency, onDone }: { currency: string; onDone: () => void }) {
  const { workspace } = useParams();
  const [scope, setScope] = useState("workspace");
  const fetcher = useFetcher<typeof action>();
  const { load, data: names } = useFetcher<StopScope>();
  // The names only: a scope without a name is not previewed.
  useEffect(() => void load(`/w/${workspace}/stop-scope?scope=venture`), [load, workspace]);
  const { data, state } = fetcher;
  useEffect(() => {
    if (state === "idle" && data?.ok) onDone();
  }, [state, data, onDone]);
  const named = scope !== "workspace" ? (names?.names[scope as keyof StopScope["names"]] ?? []) : undefined;
  const unit = currency.toUpperCase();
  return (
    <fetcher.Form method="post">
      <Stack gap="sm">
        <Text size="sm">
          From then on paid work that it covers starts only while it fits under the cap, together with every other
          budget that covers it.
        </Text>
        <TextInput
          name="name"
          label="Name"
          description="Lowercase letters, digits, _ and -: for example day."
          required
          maxLength={63}
          data-autofocus
        />
        <Select
          name="scope"
          label="Covers"
          data={[
            { value: "workspace", label: "everything" },
            { value: "venture", label: "a venture" },
            { value: "lane", label: "a lane" },
            { value: "kind", label: "a kind" },
          ]}
          value={scope}
          onChange={(value) => setScope(value ?? "workspace")}
          allowDeselect={false}
        />
        {named && (
          <Select
            key={scope}
            name="scope_name"
            label={`Which ${scope}`}
            data={named}
            searchable
            required
            nothingFoundMessage={`this workspace has no ${scope}`}
          />
        )}
        <Group grow align="start">
          <Select name="period" label="Each" data={["day", "week", "month"]} defaultValue="day" allowDeselect={false} />
          <TextInput name="cap" label={`Cap, ${unit}`} inputMode="decimal" required />
        </Group>
        <Select
          name="on_breach"
          label="Work that does not fit"
          data={[
            { value: "hold", label: "waits for the next period or a raise" },
            { value: "ask", label: "waits, and a person may let it pass" },
            { value: "stop", label: "stops all paid work that this covers" },
          ]}
          defaultValue="hold"
          allowDeselect={false}
        />
        <TextInput
          name="approval_threshold"
          label={`Consent above, ${unit}`}
          description="Once this much is used each further job needs a person's consent. Empty: 25 for a day, else none."
          inputMode="decimal"
        />
        <Refused answer={state === "idle" ? data : undefined} />
        <Group justify="flex-end">
          <Button variant="default" onClick={onDone}>
            Leave it
          </Button>
          <Button type="submit" loading={state !== "idle"}>
            Add it
          </Button>
        </Group>
      </Stack>
    </fetcher.Form>
  );
}
