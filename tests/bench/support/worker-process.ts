import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

/** A worker in a process of its own, answering questions over IPC. */
export class WorkerProcess implements AsyncDisposable {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** Starts `processes/<program>.ts` and waits until it says that it is ready. */
  static async start(program: string, env: Record<string, string>, flags: string[] = []): Promise<WorkerProcess> {
    const entry = join(import.meta.dirname, "..", "processes", `${program}.ts`);
    const child = spawn(process.execPath, [...flags, entry], {
      env: { PATH: process.env.PATH ?? "", NO_LOG_SUCCESS: "1", ...env },
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    const worker = new WorkerProcess(child);
    await worker.hear("ready");
    return worker;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Waits for a message of the process and returns what comes with it. */
  hear<T = undefined>(about: string): Promise<T> {
    return new Promise((resolve, reject) => {
      const onExit = (code: number | null) => reject(new Error(`the ${about} never came: exit code ${code}`));
      const onMessage = (message: unknown) => {
        const said = message as { about: string; value: T };
        if (said.about !== about) return;
        this.#child.off("message", onMessage);
        this.#child.off("exit", onExit);
        resolve(said.value);
      };
      this.#child.on("message", onMessage);
      this.#child.once("exit", onExit);
    });
  }

  tell(about: string): void {
    this.#child.send({ about });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    const late = setTimeout(() => this.#child.kill("SIGKILL"), 10_000);
    await exited;
    clearTimeout(late);
  }
}
