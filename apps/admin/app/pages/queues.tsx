import { Stack } from "@mantine/core";
import { useState } from "react";
import { type LoaderFunctionArgs, useLoaderData } from "react-router";
import { type Asked, read } from "../data/holdfast.server.ts";
import { keep } from "../data/keep.ts";
import { type ActedOn, type SubjectAction, subjectActions } from "../data/subject-actions.server.ts";
import { ActButton, Acts } from "../parts/act.tsx";
import { count, duration } from "../parts/format.ts";
import { NumberField } from "../parts/number-field.tsx";
import { Empty, Page, Section } from "../parts/page.tsx";
import { Sparkline, type Throughput, valuesOf } from "../parts/sparkline.tsx";
import { State } from "../parts/state.tsx";
import { type Column, DataTable } from "../parts/table.tsx";

/** A queue or a lane as its overview says it. */
interface Room {
  name: string;
  description: string;
  status: "active" | "paused";
  paused_by: string | null;
  paused_reason: string | null;
  max_running: number | null;
  max_per_hour: number | null;
  pending: number;
  running: number;
  failed_24h: number;
  quarantined?: number;
  oldest_pending_seconds: number | null;
  live_workers?: number;
}

export async function loader(args: LoaderFunctionArgs) {
  return read(args as Asked, async ({ data }) => {
    const workspace = await data.workspaceId();
    const throughput = (scope: "queue" | "lane") =>
      data.call<Throughput[]>("throughput", { p_workspace: workspace, p_scope: scope });
    const [queues, lanes, queueThroughput, laneThroughput, actions] = await Promise.all([
      data.read<(Room & { queue: string })[]>((db) =>
        db.from("queue_overview").select("*").eq("workspace_id", workspace).order("queue"),
      ),
      data.read<(Room & { lane: string })[]>((db) =>
        db.from("lane_overview").select("*").eq("workspace_id", workspace).order("lane"),
      ),
      throughput("queue"),
      throughput("lane"),
      subjectActions(data, workspace, ["queue", "lane"]),
    ]);
    return {
      queues: queues.map(({ queue, ...room }) => ({ ...room, name: queue })),
      lanes: lanes.map(({ lane, ...room }) => ({ ...room, name: lane })),
      throughput: { queue: queueThroughput, lane: laneThroughput },
      actions,
    };
  });
}

export const clientLoader = keep();

export default function Queues() {
  const { queues, lanes, throughput, actions } = useLoaderData<typeof loader>();
  return (
    <Page title="Queues and lanes">
      <Section title="Queues">
        <Rooms subject="queue" rooms={queues} throughput={throughput.queue} actions={actions} />
      </Section>
      <Section title="Lanes">
        <Rooms subject="lane" rooms={lanes} throughput={throughput.lane} actions={actions} />
      </Section>
    </Page>
  );
}

function Rooms({
  subject,
  rooms,
  throughput,
  actions,
}: {
  subject: "queue" | "lane";
  rooms: readonly Room[];
  throughput: readonly Throughput[];
  actions: ActedOn;
}) {
  const columns: Column<Room>[] = [
    {
      id: "name",
      header: subject === "queue" ? "Queue" : "Lane",
      by: (room) => room.name,
      cell: (room) => (
        <span id={subject === "lane" ? `lane-${room.name}` : room.name} title={room.description}>
          <b>{room.name}</b>
        </span>
      ),
    },
    {
      id: "status",
      header: "Status",
      by: (room) => room.status,
      cell: (room) => (
        <>
          <State state={room.status} />
          {room.paused_reason && (
            <div className="dim clip" style={{ maxWidth: "11rem" }} title={`${room.paused_reason} (${room.paused_by})`}>
              {room.paused_reason} ({room.paused_by})
            </div>
          )}
        </>
      ),
    },
    {
      id: "workers",
      header: "Live workers",
      right: true,
      hidden: subject === "queue",
      by: (room) => room.live_workers,
      cell: (room) =>
        room.live_workers === 0 ? <span title="No live worker serves this lane">none</span> : room.live_workers,
    },
    { id: "pending", header: "Waiting", right: true, by: (room) => room.pending, cell: (room) => count(room.pending) },
    {
      id: "oldest",
      header: "Oldest",
      right: true,
      by: (room) => room.oldest_pending_seconds,
      cell: (room) => duration(room.oldest_pending_seconds),
    },
    { id: "running", header: "Running", right: true, by: (room) => room.running, cell: (room) => count(room.running) },
    {
      id: "failed",
      header: "Failed (24 h)",
      right: true,
      by: (room) => room.failed_24h,
      cell: (room) => count(room.failed_24h),
    },
    {
      id: "quarantined",
      header: "Quarantined",
      right: true,
      hidden: subject === "lane",
      by: (room) => room.quarantined,
      cell: (room) => count(room.quarantined),
    },
    {
      id: "throughput",
      header: "Last hour",
      cell: (room) => (
        <Sparkline values={valuesOf(throughput, room.name)} what={`jobs of ${room.name} ended in the last hour`} />
      ),
    },
    {
      id: "limits",
      header: "Limits",
      cell: (room) => (
        <span className={room.max_running === null && room.max_per_hour === null ? "dim num" : "num"}>
          {[
            room.max_running === null ? undefined : `${count(room.max_running)} at once`,
            room.max_per_hour === null ? undefined : `${count(room.max_per_hour)} an hour`,
          ]
            .filter(Boolean)
            .join(", ") || "none"}
        </span>
      ),
    },
    {
      id: "acts",
      header: "Acts",
      hidden: Object.keys(actions[subject] ?? {}).length === 0,
      cell: (room) => {
        const allowed = actions[subject]?.[room.name] ?? [];
        const limit = allowed.find(({ verb }) => verb === "limit");
        return (
          <span style={{ display: "inline-flex", gap: 6 }}>
            <Acts
              allowed={allowed.filter(({ verb }) => verb !== "limit")}
              subject={subject}
              target={subject === "queue" ? { queue: room.name } : { lane: room.name }}
              about={`${subject} ${room.name}`}
            />
            {limit && <Limit subject={subject} room={room} allowed={limit} />}
          </span>
        );
      },
    },
  ];
  return (
    <DataTable
      label={subject === "queue" ? "Queues" : "Lanes"}
      columns={columns}
      rows={rooms}
      rowId={(room) => `${subject}-${room.name}`}
      empty={<Empty title={`No ${subject}`}>An admin adds one: insert into holdfast.{subject}s.</Empty>}
    />
  );
}

/** The act `limit` with its two fields; an empty one lifts the limit. */
function Limit({ subject, room, allowed }: { subject: "queue" | "lane"; room: Room; allowed: SubjectAction }) {
  const [running, setRunning] = useState<number | string>(room.max_running ?? "");
  const [perHour, setPerHour] = useState<number | string>(room.max_per_hour ?? "");
  const limitOf = (value: number | string) => (value === "" ? null : Number(value));
  return (
    <ActButton
      allowed={allowed}
      subject={subject}
      target={subject === "queue" ? { queue: room.name } : { lane: room.name }}
      about={`${subject} ${room.name}`}
      params={{ max_running: limitOf(running), max_per_hour: limitOf(perHour) }}
    >
      <Stack gap="xs">
        <NumberField
          label="At once"
          description="Empty: no limit"
          min={0}
          allowDecimal={false}
          value={running}
          onChange={setRunning}
        />
        <NumberField
          label="Starts an hour"
          description="Empty: no limit"
          min={0}
          allowDecimal={false}
          value={perHour}
          onChange={setPerHour}
        />
      </Stack>
    </ActButton>
  );
}
