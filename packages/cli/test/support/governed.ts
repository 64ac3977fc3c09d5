import { createTestStack, type TestDatabase } from "@holdfast/testing";
import pg from "pg";
import { main } from "../../src/main.ts";
import type { Ended, TestStack } from "./spawn-cli.ts";

const INT8 = 20;
const NUMERIC = 1700;

/** A local person, as `--as` names them. */
export type Person = "owner" | "approver" | "operator" | "viewer";

type Role = NonNullable<Parameters<TestStack["databaseUrl"]>[0]>;

/** A stack without a worker, its command line in this process, and SQL to bring about what a test needs. */
export class Governed implements AsyncDisposable {
  readonly stack: TestStack;
  readonly #pools = new Map<string, pg.Pool>();

  private constructor(stack: TestStack) {
    this.stack = stack;
  }

  static async open(): Promise<Governed> {
    const house = new Governed(await createTestStack());
    // On a fresh local stack one person may do everything alone; here four eyes are looked for.
    await house.pool().query("update holdfast.workspaces set single_operator = false");
    return house;
  }

  /** The stack's database as the factories of `@holdfast/testing` take one. */
  get database(): TestDatabase {
    return { name: this.stack.stateDir, pool: (role = "postgres") => this.pool(role as Role) } as TestDatabase;
  }

  pool(role: Role = "postgres"): pg.Pool {
    const known = this.#pools.get(role);
    if (known) return known;
    const types = new pg.TypeOverrides();
    types.setTypeParser(INT8, Number);
    types.setTypeParser(NUMERIC, Number);
    const pool = new pg.Pool({ connectionString: this.stack.databaseUrl(role), types, max: 2 });
    this.#pools.set(role, pool);
    return pool;
  }

  async rows(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    return (await this.pool().query(text, values)).rows;
  }

  /** Runs one command line. */
  async run(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
    const text = { stdout: "", stderr: "" };
    const exitCode = await main(args, {
      stdout: { write: (part) => (text.stdout += part) },
      stderr: { write: (part) => (text.stderr += part) },
      stdin: (async function* () {})(),
      env: {
        HOLDFAST_STATE: this.stack.stateDir,
        HOLDFAST_DATABASE_URL: this.stack.databaseUrl("postgres"),
        ...env,
      },
      cwd: this.stack.stateDir,
    });
    return { exitCode, ...text };
  }

  /** Runs one command line as somebody, and gives what it printed; fails when it did not end with 0. */
  async say(person: Person, ...args: string[]): Promise<string> {
    const { exitCode, stdout, stderr } = await this.run([...args, "--as", person]);
    if (exitCode !== 0) throw new Error(`holdfast ${args.join(" ")} ended with ${exitCode}: ${stderr}`);
    return stdout;
  }

  /** As {@link say}, with --json; fails when stdout is anything but one document. */
  async json<T>(person: Person, ...args: string[]): Promise<T> {
    return JSON.parse(await this.say(person, ...args, "--json")) as T;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.end()));
    await this.stack[Symbol.asyncDispose]();
  }
}

/** What a refusal looks like: exit code, and the three lines with the rule. */
export function refusal(rule: string) {
  return new RegExp(`^error: .+\\n  rule: holdfast\\.${rule}\\n  do: .+\\n$`);
}
