import type { Holdfast, Job } from "@holdfast/client";
import { statesOf } from "../reads/jobs.ts";
import { getRoom, type Room } from "../reads/rooms.ts";
import { printable } from "../terminal/printable.ts";
import { formatTime, type TimeStyle } from "../terminal/time.ts";

/** The part of a job that says why it waits. */
export type WaitingJob = Readonly<
  Pick<Job, "state" | "queue" | "lane" | "class" | "run_at" | "concurrency_key"> & {
    held_by: readonly string[];
    depends_on: readonly number[];
  }
>;

/** Each closed gate as a person says it, from the job's row alone. */
const GATES: Record<string, (job: WaitingJob, time: TimeStyle) => string> = {
  stop: () => "everything is stopped",
  queue_paused: (job) => `queue ${job.queue} is paused`,
  lane_paused: (job) => `lane ${job.lane} is paused`,
  due_time: (job, time) => `not due before ${formatTime(job.run_at, time)}`,
  dependency: (job) => `waits for ${job.depends_on.length === 0 ? "other jobs" : `job ${job.depends_on.join(", ")}`}`,
  queue_limit: (job) => `queue ${job.queue} runs as many as it may`,
  lane_limit: (job) => `lane ${job.lane} runs as many as it may`,
  class_limit: (job) => `class ${job.class} runs as many as it may`,
  key_limit: (job) => `another job with the key ${job.concurrency_key} runs`,
};

/** Why a job does not run yet, in words; empty when it is final or running. */
export function whyItWaits(job: WaitingJob, time: TimeStyle): string[] {
  switch (job.state) {
    case "awaiting_approval":
      return ["needs a person's consent"];
    case "quarantined":
      return ["isolated until a person has looked at it"];
    case "retrying":
      return [`tried again ${formatTime(job.run_at, time)}`];
    case "blocked":
    case "queued":
      if (job.held_by.length === 0) return [job.state === "blocked" ? gate("dependency", job, time) : "on its way"];
      return job.held_by.map((name) => gate(name, job, time));
    case "dispatched":
      return [`on its way to a worker of lane ${job.lane}`];
    default:
      return [];
  }
}

function gate(name: string, job: WaitingJob, time: TimeStyle): string {
  return printable(GATES[name]?.(job, time) ?? name.replaceAll("_", " "));
}

/** As {@link whyItWaits}, and with what the job's row does not say: who paused and why, and where its dependencies stand. */
export async function explainWait(holdfast: Holdfast, job: WaitingJob, time: TimeStyle): Promise<string[]> {
  const words = whyItWaits(job, time);
  if (job.held_by.includes("queue_paused")) words.push(...paused(await getRoom(holdfast, "queues", job.queue), time));
  if (job.held_by.includes("lane_paused")) words.push(...paused(await getRoom(holdfast, "lanes", job.lane), time));
  if (job.state === "blocked" || job.held_by.includes("dependency")) {
    const states = await statesOf(holdfast, job.depends_on);
    for (const id of job.depends_on) words.push(`job ${id} is ${states.get(id) ?? "gone"}`);
  }
  return words;
}

function paused(room: Room | undefined, time: TimeStyle): string[] {
  if (!room?.paused_at) return [];
  return [
    printable(
      `${room.name} was paused ${formatTime(room.paused_at, time)} by ${room.paused_by}: ${room.paused_reason}`,
    ),
  ];
}
