import pg from "pg";

/** How the database refused: SQLSTATE, sentence, rule (the detail) and way out (the hint). */
export interface Refusal {
  code: string | undefined;
  rule: string | undefined;
  message: string;
  hint: string | undefined;
}

/**
 * Waits for a refusal and returns it.
 *
 * @throws when the work succeeds, or fails with something that is no error of Postgres
 */
export async function refusalOf(work: Promise<unknown>): Promise<Refusal> {
  let value: unknown;
  try {
    value = await work;
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    return { code: error.code, rule: error.detail, message: error.message, hint: error.hint };
  }
  throw new Error(`expected a refusal, got ${JSON.stringify(value)?.slice(0, 400)}`);
}
