import { performance } from "node:perf_hooks";
import type { Finish, Lease } from "@holdfast/db";
import { checkFunctionConsent, RunFailure } from "@holdfast/runner";
import { runCommand } from "../commands/run-command.ts";
import { finalFailure } from "../functions/finish-of.ts";
import { FunctionRun } from "../functions/function-run.ts";
import { runFunction } from "../functions/run-function.ts";
import { deliverFinish } from "../leases/deliver-finish.ts";
import type { Slots } from "../leases/slots.ts";
import type { WorkerOffice } from "../worker-office.ts";
import type { Delivery } from "./delivery.ts";

/**
 * From a delivery to the end of its run: a slot, the lease, the handler or the runner, the finish. Never rejects; a
 * delivery that failed on the way is logged, and the supervisor hands its job out again.
 */
export async function workOnDelivery(delivery: Delivery, slots: Slots, office: WorkerOffice): Promise<void> {
  // Almost always free, and then not worth a turn of the event loop: only runs that outlived a restart of
  // graphile-worker, and adopted commands, make a delivery wait here. Its job stays `dispatched` meanwhile.
  if (!slots.tryTake()) await slots.take();
  try {
    if (delivery.over) return;
    delivery.taken = true;
    const lease = await office.taker.push(delivery.job);
    if (lease?.mode === "function") await workOnFunction(lease, office);
    else if (lease) await workOnCommand(lease, office);
  } catch (err) {
    if (!office.signal.aborted) office.logger.error({ err, job: delivery.job }, "a delivery failed");
  } finally {
    slots.give();
    delivery.settle();
  }
}

async function workOnCommand(lease: Lease, office: WorkerOffice): Promise<void> {
  const finish = await runCommand(lease, office);
  if (finish) await deliverFinish(office, finish);
}

async function workOnFunction(lease: Lease, office: WorkerOffice): Promise<void> {
  const task = office.tasks.get(lease.kind);
  if (!task) {
    await deliverFinish(office, unknownKind(lease, office));
    return;
  }
  const refused = withoutConsent(lease);
  if (refused) {
    await deliverFinish(office, refused);
    return;
  }
  const run = new FunctionRun(lease, office.logger, performance.now());
  office.functions.add(run);
  try {
    const { finish, returned } = runFunction(run, task);
    const end = await finish;
    // Deleted only after the finish: until then the lease must be kept alive.
    if (end) await deliverFinish(office, end);
    else
      office.logger.warn(
        { job: lease.job_id, run: lease.token },
        "fenced: the lease was lost, the run is not finished",
      );
    office.functions.delete(run);
    if (run.ending) await returned;
  } finally {
    office.functions.delete(run);
  }
}

/** The end of a run that is not what people consented to; undefined when it is, or nobody had to. */
function withoutConsent(lease: Lease): Finish | undefined {
  try {
    checkFunctionConsent(lease, lease.consent);
    return undefined;
  } catch (error) {
    if (!(error instanceof RunFailure)) throw error;
    return { token: lease.token, outcome: "failed", error: error.toRunError() };
  }
}

function unknownKind(lease: Lease, office: WorkerOffice) {
  const loaded = [...office.tasks.keys()].sort().join(", ") || "none";
  return finalFailure(
    lease.token,
    "unknown_kind",
    `this worker has no task of kind "${lease.kind}" (loaded: ${loaded}); add a task file for it, or send the kind to a lane whose workers have one`,
  );
}
