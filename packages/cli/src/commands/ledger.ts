import { once } from "node:events";
import { EXIT } from "../cli-error.ts";
import { addCommand, addGroup, onCall, type Program } from "../command.ts";
import { type Context, note, print, printJson } from "../context.ts";
import { printable } from "../terminal/printable.ts";
import { databaseUrl } from "./processes.ts";

interface LedgerOptions {
  databaseUrl?: string;
}

type Ledger = typeof import("@holdfast/db/ledger");
type Db = ReturnType<Ledger["createPool"]>;

/** `holdfast ledger verify|export|anchor`: the record, over the operator's own database connection. */
export function addLedger(program: Program): void {
  const group = addGroup(program, "ledger", "Verify the append-only record, write it out with its proof, anchor it");
  addOne(group, "verify", "Recompute every seal of the record and name whatever was altered", verify);
  addOne(group, "export", "Write the record as JSON Lines, each seal after its events, for anybody to verify", write);
  addOne(group, "anchor", "Print the newest seal, to be kept where nobody here can change it", anchor);
}

function addOne(
  program: Program,
  name: string,
  summary: string,
  work: (context: Context, ledger: Ledger, db: Db) => Promise<number>,
): void {
  const command = addCommand(program, name, summary, [`holdfast ledger ${name}`]).option(
    "--database-url <url>",
    "connection of role postgres (default: HOLDFAST_DATABASE_URL, or the local stack)",
  );
  onCall<LedgerOptions>(program, command, async (context, options) => {
    const url = await databaseUrl(context, options.databaseUrl, "postgres");
    const ledger = await import("@holdfast/db/ledger");
    // The whole record may be looked at: no time limit.
    const db = ledger.createPool(url, { max: 1, queryTimeout: 0, applicationName: "holdfast ledger" });
    try {
      return await work(context, ledger, db);
    } catch (error) {
      const { explainConnectionError } = await import("@holdfast/db/connection");
      throw isOfTheConnection(error) ? explainConnectionError(error, url) : error;
    } finally {
      await db.end();
    }
  });
}

/** Refused logins, networks and names that are none; an error with a SQLSTATE of its own is the statement's. */
function isOfTheConnection(error: unknown): boolean {
  const { code, message } = error as { code?: string; message?: string };
  return /^(E[A-Z]+|28\w{3}|3D000|57P\d\d|08\w{3})$/.test(code ?? "") || /timeout|terminated/i.test(message ?? "");
}

async function verify(context: Context, ledger: Ledger, db: Db): Promise<number> {
  const faults = await ledger.verifyLedger(db);
  const size = await ledger.ledgerSize(db);
  const unsealed = size.events - (size.sealed - size.dropped_events);
  if (context.json) printJson(context, { ok: faults.length === 0, ...size, faults });
  else if (faults.length === 0) {
    const dropped = size.dropped_days > 0 ? `, ${size.dropped_days} days dropped by retention` : "";
    print(
      context,
      `OK: ${size.sealed} events under ${size.seals} seals are whole${dropped}; ${Math.max(0, unsealed)} not sealed yet`,
    );
  } else {
    for (const { seal, seq, fault } of faults) {
      print(context, printable(`seal ${seal}${seq === null ? "" : `, event ${seq}`}: ${fault}`));
    }
    note(context, `${faults.length} faults: the record was changed behind its back`);
  }
  return faults.length === 0 ? EXIT.ok : EXIT.failed;
}

async function write(context: Context, ledger: Ledger, db: Db): Promise<number> {
  const counts = { event: 0, seal: 0 };
  for await (const line of ledger.exportLedger(db)) {
    counts[line.type] += 1;
    // A reader that is slower than we are must not make us keep the whole record in memory.
    const full = context.stdout.write(`${JSON.stringify(line)}\n`) === false;
    if (full && "once" in context.stdout) await once(context.stdout as NodeJS.WriteStream, "drain");
  }
  note(context, `${counts.event} events, ${counts.seal} seals`);
  return EXIT.ok;
}

async function anchor(context: Context, ledger: Ledger, db: Db): Promise<number> {
  const seal = await ledger.newestSeal(db);
  if (context.json) printJson(context, seal ?? null);
  else if (seal) print(context, `seal ${seal.seal}  ${seal.hash}  ${seal.sealed_at.toISOString()}`);
  else note(context, "nothing is sealed yet: a supervisor seals new events every two seconds");
  return seal ? EXIT.ok : EXIT.failed;
}
