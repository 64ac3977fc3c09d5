import pg from "pg";

/** One table or view as it is tried. */
export interface Subject {
  name: string;
  /** Column that says to which workspace a row belongs; undefined: rows belong to the installation. */
  workspaceColumn: string | undefined;
  /** A column that may appear in an UPDATE at all (no identity, not generated). */
  someColumn: string;
  /** Rows in all, as postgres sees them. */
  rows: number;
}

/** Tables of which each person has rows of their own, one in this matrix. */
const PERSONAL = new Set(["holdfast.members", "holdfast.saved_views"]);

/** The two workspaces of the matrix. */
export interface Pair {
  own: string;
  foreign: string;
}

/** Says how a select went: A, O, S, N, -; in small letters where only some columns may be read. */
export async function trySelect(
  client: pg.ClientBase,
  subject: Subject,
  pair: Pair,
  self: string | undefined,
): Promise<string> {
  const whole = await trySelectOf(client, subject, pair, self, "*");
  if (whole !== "-") return whole;
  const { rows } = await client.query(
    `select string_agg(quote_ident(a.attname), ', ' order by a.attnum) as some
     from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
     where n.nspname || '.' || c.relname = $1 and a.attnum > 0 and has_schema_privilege(n.oid, 'usage') and has_column_privilege(c.oid, a.attnum, 'select')`,
    [subject.name],
  );
  if (rows[0].some === null) return whole;
  const found = await trySelectOf(client, subject, pair, self, rows[0].some);
  return found === "N" ? found : found.toLowerCase();
}

async function trySelectOf(
  client: pg.ClientBase,
  subject: Subject,
  pair: Pair,
  self: string | undefined,
  columns: string,
): Promise<string> {
  return attempt(client, async () => {
    const { rows } = await client.query(`select ${columns} from ${subject.name}`);
    if (rows.length === 0) return "N";
    const column = subject.workspaceColumn;
    if (column === undefined) return rows.length === subject.rows ? "A" : "some";
    const seen = new Set(rows.map((row) => row[column] as string | null));
    if (seen.has(pair.foreign)) return "A";
    if (seen.size > 1 || !seen.has(pair.own)) return "some";
    return PERSONAL.has(subject.name) && rows.every((row) => row.user_id === self) ? "S" : "O";
  });
}

/** Says how an insert went: A into both workspaces, O into the own only, R into neither, -. */
export async function tryInsert(
  client: pg.ClientBase,
  statement: (workspace: string) => string,
  pair: Pair,
): Promise<string> {
  const into = (workspace: string) =>
    attempt(client, async () => {
      const { rowCount } = await client.query(statement(workspace));
      return rowCount === 1 ? "A" : "some";
    });
  const [own, foreign] = [await into(pair.own), await into(pair.foreign)];
  return own === "A" && foreign === "R" ? "O" : own === foreign ? own : `${own}/${foreign}`;
}

/** Says how an update or delete of every row went. */
export async function tryChange(client: pg.ClientBase, subject: Subject, verb: "update" | "delete"): Promise<string> {
  return attempt(client, async () => {
    const statement =
      verb === "update"
        ? `update ${subject.name} set ${subject.someColumn} = ${subject.someColumn}`
        : `delete from ${subject.name}`;
    const { rowCount } = await client.query(statement);
    if (rowCount === 1 && subject.rows > 1 && PERSONAL.has(subject.name)) return "S";
    return rowCount === 0 ? "N" : rowCount === subject.rows ? "A" : "some";
  });
}

async function attempt(client: pg.ClientBase, work: () => Promise<string>): Promise<string> {
  await client.query("savepoint attempt");
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    return letterOf(error);
  } finally {
    await client.query("rollback to savepoint attempt");
  }
}

function letterOf(error: pg.DatabaseError): string {
  // A policy says 42501 as well; only the sentence tells it from a missing grant.
  if (error.code === "42501") return /row-level security/.test(error.message) ? "R" : "-";
  if (error.code === "PT403" || error.code === "PT404") return "R";
  // A view that joins cannot be written by anybody; that is found out before rights are asked.
  if (error.code === "55000" || error.code === "0A000") return "-";
  return `${error.code} ${error.message}`;
}
