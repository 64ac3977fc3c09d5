import type pg from "pg";
import { expect } from "vitest";
import type { Command } from "./command.ts";
import { ARROWS, act, afterRun, ask, attemptsOf, begin, type End, FITS, type Job } from "./reference.ts";
import type { RealJob, World } from "./sql.ts";

/** The one budget: at most so much a day. */
export const CAP = 10;
const WAITING = ["queued", "dispatched"];

/** Drives the database and the model side by side through one sequence, in a transaction that the caller rolls back. */
export class Drive {
  readonly jobs = new Map<number, Job>();
  private world: World | undefined;
  private readonly paused = new Set<string>();
  private stopped: { id: number; what: string } | undefined;
  private readonly limit: { max_running: number | null; max_per_hour: number | null } = {
    max_running: null,
    max_per_hour: null,
  };
  private readonly allowed = { max_running: Number.POSITIVE_INFINITY, max_per_hour: Number.POSITIVE_INFINITY };
  private worker: { id: number; seen: number } | undefined;
  private settled = 0;
  private readonly excess = new Map<number, number>();
  private once: number | undefined;
  private readonly oldTokens: number[] = [];

  private readonly client: pg.Client;
  private readonly people: { ann: string; bob: string; owner: string };
  private readonly threshold: number;

  /** @param threshold above so much the budget asks a person */
  constructor(client: pg.Client, people: { ann: string; bob: string; owner: string }, threshold: number) {
    this.client = client;
    this.people = people;
    this.threshold = threshold;
  }

  /** Carries out one command in both and compares. */
  async run(command: Command): Promise<void> {
    switch (command.do) {
      case "enqueue":
        return this.enqueue(command);
      case "take":
        return this.take(command.nth);
      case "finish":
        return this.finish(command);
      case "lose":
        return this.lose(command.nth);
      case "worker dies":
        return this.workerDies();
      case "beat":
        return this.beat(command.nth, command.cost);
      case "act":
        return this.act(command.nth, command.verb, command.by);
      case "gate":
        await this.step(call("act", { verb: command.verb, subject: "queue", target: { queue: command.queue } }), "ann");
        this.paused[command.verb === "pause" ? "add" : "delete"](command.queue);
        return this.compare();
      case "limit":
        return this.setLimit(command.what, command.value);
      case "stop":
        return this.stop(command.what, command.kill);
      case "release stop":
        return this.release();
      case "duty":
        return this.duty(command.duty);
      case "wait":
        await this.step(
          `update holdfast_private.test_clock set shift = shift + interval '${command.seconds} seconds' returning 1::text::jsonb`,
        );
        return this.compare();
    }
  }

  /** Once the duties have been done, whatever waits must wait for something that is so. */
  async settleDown(): Promise<void> {
    for (let i = 0; i < 2; i++) await this.duty("promote");
    for (const real of this.real()) {
      const job = this.job(real.id);
      if (real.state === "blocked") expect(this.depsOpen(job), `job ${real.id} is blocked by something`).toBe(true);
      if (real.state === "retrying")
        expect(real.run_at, `job ${real.id} waits out its backoff`).toBeGreaterThan(this.now());
      if (real.state !== "queued") continue;
      const closed = [...this.closedGates(job, real), ...this.fullGates(job)];
      expect(
        closed.filter((gate) => real.held_by.includes(gate)),
        `job ${real.id} is held by ${real.held_by}, closed: ${closed}`,
      ).not.toEqual([]);
    }
  }

  private async enqueue(c: Extract<Command, { do: "enqueue" }>): Promise<void> {
    const ids = [...this.jobs.keys()];
    const deps = ids.length === 0 ? [] : [...new Set(c.deps.map((n) => ids[n % ids.length] as number))];
    const spec = {
      kind: "hello",
      queue: c.queue,
      class: c.cls,
      depends_on: deps,
      ...(c.est === null ? {} : { paid: true, est_cost: c.est }),
      ...(c.key ? { concurrency_key: "k" } : {}),
      ...(c.max === null ? {} : { max_attempts: c.max }),
      ...(c.once ? { idempotency_key: "once" } : {}),
      ...(c.later ? { run_at: new Date((this.now() + 30) * 1000).toISOString() } : {}),
    };
    const { answer } = await this.step(
      `select to_jsonb(e) from holdfast.enqueue_many('local', ${literal([spec])}) e`,
      "ann",
    );
    if (c.once && this.once !== undefined) {
      expect(answer).toMatchObject({ id: this.once, existing: true });
      return this.compare();
    }
    if (c.once) this.once = answer.id;
    const job: Job = {
      id: answer.id,
      cls: c.cls,
      queue: c.queue,
      est: c.est ?? 0,
      paid: c.est !== null,
      deps,
      key: c.key ? "k" : undefined,
      state: "",
      attempt: 0,
      crashes: 0,
      max: c.max ?? attemptsOf(c.cls),
      alike: 0,
      print: undefined,
      consent: undefined,
      granted: false,
      requestedBy: "ann",
      expiresAt: 0,
      suspect: false,
      verdict: "keep",
      token: 0,
      worker: 0,
      startedAt: 0,
      heartbeatAt: 0,
      reported: undefined,
      reserved: 0,
      reservedOn: 0,
    };
    this.jobs.set(job.id, job);
    begin(job, !this.depsOpen(job), this.now());
    this.compare();
  }

  private async take(nth: number): Promise<void> {
    if (!this.worker) {
      const name = `w${Math.floor(this.now())}`;
      const spec = {
        name,
        host: "h",
        boot_id: "b",
        pid: 1,
        pid_started: name,
        pool_id: name,
        lanes: ["default"],
        capacity: 9,
      };
      const { answer } = await this.step(`select to_jsonb(holdfast_private.register_worker(${literal(spec)}))`);
      this.worker = { id: answer, seen: this.now() };
      this.compare();
    }
    const job = this.pick(nth, (j) => j.state === "dispatched");
    if (!job) return;
    const { answer } =
      await this.step(`with used as (delete from graphile_worker._private_jobs where key = 'job:${job.id}')
      select to_jsonb(t.token) from holdfast_private.take_leases(${this.worker.id}, '{${job.id}}') t`);
    expect(answer, `job ${job.id} is dispatched, so it can be taken`).not.toBeNull();
    expect(answer, "tokens only grow").toBeGreaterThan(Math.max(job.token, ...this.oldTokens));
    const now = this.now();
    Object.assign(job, {
      state: "running",
      token: answer,
      worker: this.worker.id,
      attempt: job.attempt + 1,
      startedAt: now,
      heartbeatAt: now,
      verdict: "keep",
      reported: undefined,
    });
    this.compare();
  }

  private async finish(c: Extract<Command, { do: "finish" }>): Promise<void> {
    const token = c.stale ? this.oldTokens[c.nth % Math.max(this.oldTokens.length, 1)] : undefined;
    const job = token === undefined ? this.pick(c.nth, (j) => j.state === "running") : undefined;
    if (token === undefined && !job) return;
    const error = c.outcome === "completed" ? {} : { error: { message: c.print, class: "test", retry: c.mayRetry } };
    const finish = {
      token: token ?? job?.token,
      outcome: c.outcome,
      ...(c.cost === null ? {} : { cost: c.cost }),
      ...error,
    };
    const { answer } = await this.step(`select to_jsonb(f) from holdfast_private.finish_runs(${literal([finish])}) f`);
    if (job) {
      expect(answer.accepted).toBe(true);
      this.end([job], {
        outcome: c.outcome,
        print: c.print,
        mayRetry: c.mayRetry,
        ...(c.cost === null ? {} : { cost: c.cost }),
      });
    }
    this.compare();
  }

  private async lose(nth: number): Promise<void> {
    const job = this.pick(nth, (j) => j.state === "running");
    if (!job) return;
    await this.step(`select to_jsonb(holdfast_private.report_runs_lost('{${job.token}}', 'chaos'))`);
    this.end([job], { outcome: "lost", print: "runner", proven: true });
    this.compare();
  }

  private async workerDies(): Promise<void> {
    const { worker } = this;
    if (!worker) return;
    await this.step(`select to_jsonb(holdfast_private.report_worker_dead(${worker.id}, 'chaos'))`);
    this.worker = undefined;
    this.end(
      this.all((j) => j.state === "running" && j.worker === worker.id),
      { outcome: "lost", print: "worker", proven: true },
    );
    this.compare();
  }

  private async beat(nth: number, cost: number): Promise<void> {
    const job = this.pick(nth, (j) => j.state === "running");
    if (!job) return;
    const before = this.world?.used ?? 0;
    const { answer } = await this.step(
      `select to_jsonb(holdfast_private.beat_lease(${job.token}, '{"cost": ${cost}}'))`,
    );
    job.heartbeatAt = this.now();
    job.reported = cost;
    if (job.paid && job.verdict === "keep" && cost > job.reserved) {
      if (answer === "stop") job.verdict = "stop";
      const extra = cost - job.reserved;
      if (day(job.reservedOn) === day(this.now()))
        expect(answer, "a run goes on if and only if what it costs fits").toBe(before + extra > CAP ? "stop" : "keep");
      if (answer === "keep") job.reserved = cost;
    }
    expect(answer).toBe(job.verdict);
    this.compare();
  }

  private async act(nth: number, verb: string, by: "ann" | "bob"): Promise<void> {
    const job = this.pick(nth, () => true);
    if (!job) return;
    const { refused } = await this.step(call("act", { verb, subject: "job", target: { job: job.id } }), by);
    const fits = (FITS[verb] ?? "").split(" ").includes(job.state);
    const expected =
      by === "ann" && ["approve", "reject", "release", "discard"].includes(verb)
        ? "not_permitted"
        : fits
          ? act(job, verb, by, this.now())
          : "not_now";
    expect(refused, `${verb} of job ${job.id} (${job.state}) by ${by}`).toBe(
      expected === undefined ? null : `holdfast.${expected}`,
    );
    this.compare();
  }

  private async setLimit(what: "max_running" | "max_per_hour", value: number | null): Promise<void> {
    const before = what === "max_running" ? this.onTheirWay().length : (this.world?.starts ?? 0);
    if (what === "max_per_hour" && this.limit[what] === null)
      await this.step(
        "update model.state set rated_at = holdfast_private.clock() + interval '1 second' returning 1::text::jsonb",
      );
    await this.step(
      call("act", { verb: "limit", subject: "queue", target: { queue: "primary" }, params: { [what]: value } }),
      "owner",
    );
    this.limit[what] = value;
    this.allowed[what] = value === null ? Number.POSITIVE_INFINITY : Math.max(value, before);
    this.compare();
  }

  private async stop(what: "workers" | "paid", kill: boolean): Promise<void> {
    if (this.stopped) return this.release();
    const { answer } = await this.step(
      call("act", { verb: "engage", subject: "stop", target: {}, params: { what: [what], kill_running: kill } }),
      "ann",
    );
    this.stopped = { id: answer.result.stop, what };
    for (const job of this.all((j) => kill && j.state === "running" && this.isStopped(j)))
      if (job.verdict !== "kill") job.verdict = "stop";
    this.compare();
  }

  private async release(): Promise<void> {
    if (!this.stopped) return;
    const own = await this.step(
      call("act", { verb: "release", subject: "stop", target: { stop: this.stopped.id } }),
      "ann",
    );
    expect(own.refused).toBe("holdfast.not_permitted");
    await this.step(call("act", { verb: "release", subject: "stop", target: { stop: this.stopped.id } }), "bob");
    this.stopped = undefined;
    this.compare();
  }

  private async duty(duty: string): Promise<void> {
    const due = this.real().filter((real) => real.state === "retrying");
    await this.step(`select holdfast_private.${duty}()`);
    const now = this.now();
    if (duty === "promote") {
      for (const real of due) if (real.run_at <= now) this.job(real.id).state = "waiting";
    } else if (duty === "reap") {
      if (this.worker && this.worker.seen + 15 < now) this.worker = undefined;
      this.end(
        this.all((j) => j.state === "running" && j.heartbeatAt + 15 < now),
        { outcome: "lost", print: "lease", proven: false },
      );
    } else if (duty === "expire_approvals") {
      for (const job of this.all((j) => j.state === "awaiting_approval" && j.expiresAt <= now)) job.state = "canceled";
    }
    this.compare();
  }

  /** Runs end: their money is settled, their jobs move on, and whoever waited for them is unblocked. */
  private end(jobs: Job[], end: End): void {
    for (const job of jobs) {
      const cost = end.cost ?? job.reported ?? job.reserved;
      const on = job.paid ? day(job.reservedOn) : day(this.now());
      this.excess.set(on, this.excessOf(on) + Math.max(0, cost - job.reserved));
      this.settled += cost;
      job.reserved = 0;
      this.oldTokens.push(job.token);
      afterRun(job, end, this.now());
    }
    for (const job of this.all((j) => j.state === "blocked")) if (!this.depsOpen(job)) job.state = "waiting";
  }

  private async step(statement: string, by?: "ann" | "bob" | "owner"): Promise<World> {
    const claims = by ? JSON.stringify({ role: "authenticated", sub: this.people[by] }) : "";
    const before = this.world;
    const { rows } = await this.client.query("select model.step($1, $2) as world", [statement, claims]);
    this.world = rows[0].world as World;
    expect(this.world.broken, "laws broken").toEqual([]);
    expect(
      this.world.moves.filter((move) => !ARROWS.has(move)),
      "illegal transitions",
    ).toEqual([]);
    this.before = before;
    return this.world;
  }
  private before: World | undefined;

  /** Whatever the database made of it must be something the model allows. */
  private compare(): void {
    const world = this.world as World;
    const most = Math.max(world.used, this.before?.used ?? 0);
    for (const real of world.jobs) {
      const job = this.job(real.id);
      if (WAITING.includes(job.state)) job.state = "waiting";
      if (job.state === "waiting") this.adopt(job, real, most);
      const what = `job ${job.id} (${job.cls}, attempt ${job.attempt})`;
      expect(real.state, what).toBe(job.state);
      expect([real.attempt, real.crash_count, real.suspect, real.consent ?? undefined], what).toEqual([
        job.attempt,
        job.crashes,
        job.suspect,
        job.consent,
      ]);
      if (real.state === "dispatched")
        expect(this.closedGates(job, real), `${what} is dispatched through a closed gate`).toEqual([]);
      if (real.state !== "queued" && real.state !== "dispatched" && real.state !== "running") job.reserved = 0;
    }
    expect(world.jobs.length).toBe(this.jobs.size);
    expect(new Map(world.leases.map((l) => [l.job_id, `${l.token} ${l.verdict}`]))).toEqual(
      new Map(this.all((j) => j.state === "running").map((j) => [j.id, `${j.token} ${j.verdict}`])),
    );
    expect(world.money, "the model's own sums").toEqual({
      reserved: this.all(() => true).reduce((sum, job) => sum + job.reserved, 0),
      settled: this.settled,
    });
    expect(world.used, "never more than the cap, but for what runs cost beyond their word").toBeLessThanOrEqual(
      CAP + this.excessOf(day(world.now)),
    );
    for (const [what, count] of [
      ["max_running", this.onTheirWay().length],
      ["max_per_hour", world.starts],
    ] as const) {
      expect(count, what).toBeLessThanOrEqual(this.allowed[what]);
      if (this.limit[what] !== null)
        this.allowed[what] = Math.max(this.limit[what], Math.min(this.allowed[what], count));
    }
  }

  /** A waiting job: whether it was dispatched, is held, or asks for consent is the gates' business. */
  private adopt(job: Job, real: RealJob, most: number): void {
    if (real.state === "awaiting_approval") {
      const lacks = job.consent !== undefined && !job.granted;
      if (!lacks)
        expect(job.paid && most + job.est > this.threshold, `job ${job.id} asks although nothing calls for it`).toBe(
          true,
        );
      ask(job, lacks ? (job.consent as string) : "spend", "ann", this.now());
      return;
    }
    expect(WAITING, `job ${job.id}`).toContain(real.state);
    job.state = real.state;
    job.reserved = real.state === "dispatched" && job.paid ? job.est : 0;
    if (real.dispatched_at !== null) job.reservedOn = real.dispatched_at;
  }

  private closedGates(job: Job, real: RealJob): string[] {
    return [
      this.isStopped(job) ? "stop" : "",
      this.paused.has(job.queue) ? "queue_paused" : "",
      this.depsOpen(job) ? "dependency" : "",
      job.consent !== undefined && !job.granted ? "approval" : "",
      real.run_at > this.now() ? "due_time" : "",
    ].filter(Boolean);
  }

  private fullGates(job: Job): string[] {
    const others = this.all((j) => j.id !== job.id && ["dispatched", "running"].includes(j.state));
    const world = this.world as World;
    return [
      job.paid && world.used + job.est > CAP ? "budget" : "",
      job.queue === "primary" && this.onTheirWay().length >= (this.limit.max_running ?? Number.POSITIVE_INFINITY)
        ? "queue_limit"
        : "",
      job.queue === "primary" && world.starts >= (this.limit.max_per_hour ?? Number.POSITIVE_INFINITY)
        ? "queue_rate"
        : "",
      job.key && others.some((j) => j.key) ? "key_limit" : "",
      job.suspect && others.some((j) => j.suspect) ? "suspect_limit" : "",
    ].filter(Boolean);
  }

  private isStopped = (job: Job) => this.stopped !== undefined && (this.stopped.what === "workers" || job.paid);
  private depsOpen = (job: Job) => job.deps.some((id) => this.job(id).state !== "completed");
  private onTheirWay = () => this.all((j) => j.queue === "primary" && ["dispatched", "running"].includes(j.state));
  private excessOf = (on: number) => this.excess.get(on) ?? 0;
  private now = () => this.world?.now ?? Date.now() / 1000;
  private real = () => this.world?.jobs ?? [];
  private all = (which: (job: Job) => boolean) => [...this.jobs.values()].filter(which);
  private job(id: number): Job {
    const job = this.jobs.get(id);
    if (!job) throw new Error(`the model knows no job ${id}`);
    return job;
  }
  private pick(nth: number, which: (job: Job) => boolean): Job | undefined {
    const fitting = this.all(which);
    return fitting[nth % Math.max(fitting.length, 1)];
  }
}

const day = (seconds: number) => Math.floor(seconds / 86_400);
const literal = (value: unknown) => `'${JSON.stringify(value).replaceAll("'", "''")}'`;
const call = (_: "act", spec: { verb: string; subject: string; target: object; params?: object }) =>
  `select to_jsonb(a) from holdfast.act('local', '${spec.verb}', '${spec.subject}', ${literal(spec.target)}, 'chaos', ${literal(spec.params ?? {})}) a`;
