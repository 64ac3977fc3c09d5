import { join } from "node:path";
import type { Holdfast, Job } from "@holdfast/client";
import { isAlive, REPOSITORY } from "@holdfast/local";
import { pause } from "../output/follow-job.ts";
import { OutputReader } from "../output/output-reader.ts";
import { type Run, runsOf } from "../reads/run.ts";
import { listWorkers, workerState } from "../reads/workers.ts";
import { formatDuration } from "../terminal/duration.ts";
// @ts-expect-error A plain script without types: it is also run as a command.
import { linesOf } from "./count.mjs";
import { must } from "./first-run-error.ts";
import type { Happened } from "./happened.ts";
import type { House } from "./open-house.ts";
import type { Screen } from "./screen.ts";
import { freshWorker } from "./worker-process.ts";

const LAST = 60;
const PATIENCE_MS = 90_000;

/** Part 3, the proof: our own worker is killed with SIGKILL under a counting command, which must not notice. */
export async function proveSurvival(house: House, screen: Screen): Promise<Happened> {
  screen.title("3  The proof: SIGKILL the worker while a command counts");
  const began = performance.now();
  const { holdfast, lane, logFile, workerName } = house;
  const job = await holdfast.enqueue(
    "command",
    { argv: [process.execPath, join(import.meta.dirname, "count.mjs"), String(LAST)], cwd: REPOSITORY, pty: true },
    { trigger: "manual", lane, name: "first-run-count", maxAttempts: 1, timeoutSeconds: 120 },
  );
  const hint = `read ${logFile}, then: holdfast job ${job.id}`;
  const watch = new Watch(holdfast, screen, job, hint);
  await watch.until(({ counted }) => counted >= LAST / 4);
  const kill = await killWorker(house, watch, screen, hint);
  // On a slow machine the command may have counted to the end before: it does not need a worker for that.
  const back = await watch.until(async () => freshWorker(holdfast, workerName, kill.newest), { mayHaveEnded: true });
  screen.say(
    `the keeper brought a worker back as worker ${back.id} (pid ${back.pid}) after ${formatDuration(Date.now() - kill.at)}`,
  );
  const end = await watch.until(({ job: now }) => (now.finished_at === null ? undefined : now));
  const meanwhile = await storedBetween(holdfast, watch.run as Run, kill.at, Date.parse(back.started_at));
  await verify(holdfast, end, meanwhile, hint);
  screen.done(
    `job ${end.id} counted to ${LAST}: one attempt, all ${LAST} lines, ${meanwhile} bytes of them stored while ${kill.others ? "it had no worker" : "no worker ran"}`,
    began,
  );
  return { job: end, proof: `worker killed at line ${kill.line} of ${LAST}, command unharmed, output complete` };
}

/** Kills the worker that launched the run, the way the out-of-memory killer would. */
async function killWorker({ holdfast, workerName }: House, watch: Watch, screen: Screen, hint: string) {
  const workers = await listWorkers(holdfast, { limit: 50 });
  const worker = workers.find((each) => each.id === watch.run?.worker_id);
  must(worker !== undefined, "the worker of the counting run is not in the table workers", hint);
  must(
    worker.name === workerName,
    `worker ${worker.id} took the counting job and was not started here, so it is not killed`,
    "end the other worker of that lane, then start again",
  );
  const identity = { pid: worker.pid, startTime: worker.pid_started };
  must(isAlive(identity), `worker ${worker.id} (pid ${worker.pid}) is not a process of this machine`, hint);
  process.kill(worker.pid, "SIGKILL");
  while (isAlive(identity)) await pause(5);
  const at = Date.now();
  // A worker somebody else started may be there as well: then the command still had no worker of its own.
  const others = workers.some((each) => each.id !== worker.id && workerState(each, at) === "working");
  screen.say(
    `at line ${watch.counted} of ${LAST}: SIGKILL to worker ${worker.id} (pid ${worker.pid}); no ${others ? "worker holds it" : "worker runs"} now`,
  );
  return { worker, at, others, line: watch.counted, newest: Math.max(...workers.map((each) => each.id)) };
}

/** Bytes of the run's output that reached the database after the kill and before the next worker registered. */
async function storedBetween(holdfast: Holdfast, run: Run, from: number, to: number): Promise<number> {
  const chunks = await holdfast.data.read<{ byte_offset: number; at: string }[]>((db) =>
    db.from("run_output").select("byte_offset,at").eq("run_id", run.id).order("byte_offset"),
  );
  const first = chunks.find((chunk) => Date.parse(chunk.at) > from);
  const after = chunks.find((chunk) => Date.parse(chunk.at) >= to);
  return (after?.byte_offset ?? run.raw_bytes ?? 0) - (first?.byte_offset ?? run.raw_bytes ?? 0);
}

async function verify(holdfast: Holdfast, job: Job, meanwhile: number, hint: string): Promise<void> {
  must(job.state === "completed", `job ${job.id} ended ${job.state}: ${job.error_message}`, hint);
  const runs = await runsOf(holdfast, job.id);
  must(runs.length === 1 && job.attempt === 1, `job ${job.id} took ${runs.length} attempts instead of one`, hint);
  must(meanwhile > 0, "no output reached the database while no worker ran", hint);
  const run = runs[0] as Run;
  const printed: Uint8Array[] = [];
  for await (const { data } of new OutputReader(holdfast, run.id).readUpTo(run)) printed.push(data);
  const expected = (linesOf(LAST) as string[]).map((line) => `${line}\r\n`).join("");
  const actual = Buffer.concat(printed).toString("utf8");
  must(actual === expected, `the output of job ${job.id} is not the ${LAST} lines it printed`, hint);
}

/** Looks at the counting job and its output again and again, showing where it is. */
class Watch {
  job: Job;
  run: Run | undefined;
  /** Lines counted so far, as far as they are in the database. */
  counted = 0;
  #reader: OutputReader | undefined;
  #rest = "";
  readonly #holdfast: Holdfast;
  readonly #screen: Screen;
  readonly #hint: string;
  readonly #deadline = Date.now() + PATIENCE_MS;

  constructor(holdfast: Holdfast, screen: Screen, job: Job, hint: string) {
    this.#holdfast = holdfast;
    this.#screen = screen;
    this.#hint = hint;
    this.job = job;
  }

  /** Looks every 50 ms until the question has an answer. Errors: the job ended too early, or nothing happened in time. */
  async until<T>(
    ask: (watch: Watch) => T | Promise<T>,
    { mayHaveEnded = false } = {},
  ): Promise<NonNullable<Exclude<T, false>>> {
    for (;;) {
      this.job = await this.#holdfast.get(this.job.id);
      this.run = (await runsOf(this.#holdfast, this.job.id)).at(-1);
      if (this.run) await this.#read(this.run);
      this.#screen.progress(this.counted / LAST, this.counted === 0 ? this.job.state : `counted to ${this.counted}`);
      const answer = await ask(this);
      if (answer) return answer as NonNullable<Exclude<T, false>>;
      must(
        mayHaveEnded || this.job.finished_at === null,
        `job ${this.job.id} ended too early: ${this.job.error_message ?? this.job.state}`,
        this.#hint,
      );
      must(
        Date.now() < this.#deadline,
        `job ${this.job.id} is ${this.job.state} after ${PATIENCE_MS / 1000} s`,
        this.#hint,
      );
      await pause(50);
    }
  }

  async #read(run: Run): Promise<void> {
    this.#reader ??= new OutputReader(this.#holdfast, run.id);
    for await (const { data } of this.#reader.readUpTo(run)) {
      const lines = (this.#rest + Buffer.from(data).toString("utf8")).split("\n");
      this.#rest = lines.pop() ?? "";
      this.counted += lines.filter((line) => line.startsWith("count ")).length;
    }
  }
}
