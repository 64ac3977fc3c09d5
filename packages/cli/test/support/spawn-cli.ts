import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import type { createTestStack } from "@holdfast/testing";

/** A stack of a test's own. */
export type TestStack = Awaited<ReturnType<typeof createTestStack>>;

const MAIN = join(import.meta.dirname, "../../src/main.ts");
const WORKER = join(import.meta.dirname, "../../../../apps/worker/src/main.ts");

/** What a command line printed, and how it ended. */
export interface Ended {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** A real `holdfast` process against a test stack, as somebody's shell would start it. */
export class Cli {
  readonly #stack: TestStack;
  readonly #env: NodeJS.ProcessEnv;

  constructor(stack: TestStack, env: NodeJS.ProcessEnv = {}) {
    this.#stack = stack;
    this.#env = env;
  }

  /** Starts it and gives the process. */
  start(args: readonly string[], cwd?: string): ChildProcess & { ended: Promise<Ended> } {
    const env = { ...process.env, HOLDFAST_STATE: this.#stack.stateDir, NO_COLOR: "1", ...this.#env };
    for (const name of ["HOLDFAST_DATABASE_URL", "VITEST", "NODE_OPTIONS"]) delete env[name as keyof typeof env];
    const child = spawn(process.execPath, [MAIN, ...args], { env, cwd, stdio: ["pipe", "pipe", "pipe"] });
    const text = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (part: string) => {
      text.stdout += part;
    });
    child.stderr.setEncoding("utf8").on("data", (part: string) => {
      text.stderr += part;
    });
    const ended = new Promise<Ended>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (exitCode) => resolve({ exitCode, ...text }));
    });
    return Object.assign(child, { ended });
  }

  /** Runs it to its end, with `input` on stdin. */
  run(args: readonly string[], options: { input?: string; cwd?: string } = {}): Promise<Ended> {
    const child = this.start(args, options.cwd);
    child.stdin?.end(options.input ?? "");
    return child.ended;
  }

  /** Runs it with --json and gives the document. Fails when stdout is anything but one document. */
  async json<T>(...args: string[]): Promise<T> {
    const { stdout, stderr } = await this.run([...args.slice(0, 1), "--json", ...args.slice(1)]);
    try {
      return JSON.parse(stdout) as T;
    } catch {
      throw new Error(`stdout of ${args.join(" ")} is not one JSON document: ${stdout}\n${stderr}`);
    }
  }
}

/** The keeper, its worker and the supervisor, as processes, until it is disposed. */
export function startWorker(stack: TestStack): AsyncDisposable {
  const child = spawn(process.execPath, [WORKER], {
    env: {
      ...process.env,
      HOLDFAST_DATABASE_URL: stack.databaseUrl("holdfast_worker"),
      HOLDFAST_STATE: stack.stateDir,
      HOLDFAST_LOG_LEVEL: "warn",
    },
    stdio: ["ignore", "inherit", "inherit"],
  });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  return {
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await ended;
    },
  };
}
