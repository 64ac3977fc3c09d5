import type { KindRegistration } from "@holdfast/db";
import { z } from "zod";
import type { Task } from "./define-task.ts";

/**
 * What the database is told about tasks, so that it can refuse a bad payload at the insert. A schema that JSON Schema
 * cannot say in full (a transform, a custom check) is told as far as it goes; the worker's own parse decides.
 */
export function describeKinds(tasks: readonly Task[]): KindRegistration[] {
  return tasks.map((task) => ({
    name: task.kind,
    payload_schema: z.toJSONSchema(task.payload, {
      io: "input",
      unrepresentable: "any",
    }),
    queue: task.queue,
    lane: task.lane,
    class: task.class,
    timeout_seconds: task.timeoutSeconds,
    description: task.description,
  }));
}
