import { EXIT } from "../cli-error.ts";
import { addCommand, onCall, type Program } from "../command.ts";
import { print, printJson } from "../context.ts";
import { paint } from "../terminal/paint.ts";
import { printable } from "../terminal/printable.ts";
import { databaseUrl } from "./processes.ts";

/** `holdfast doctor connection [URL]`: is this database connection one that Holdfast can work through? */
export function addDoctor(program: Program): void {
  const doctor = program.root
    .command("doctor")
    .summary("Look for what keeps Holdfast from working")
    .description("Look for what keeps Holdfast from working.");
  const connection = addCommand(
    { ...program, root: doctor },
    "connection",
    "Check a database connection step by step, with the evidence for each",
    [
      "holdfast doctor connection",
      "holdfast doctor connection postgres://holdfast_worker:…@db.<ref>.supabase.co:5432/postgres",
    ],
  )
    .argument("[url]", "connection string (default: HOLDFAST_DATABASE_URL, or the local stack's)")
    .option("--database-url <url>", "the same, as an option");
  onCall<{ databaseUrl?: string }>(program, connection, async (context, options, [url]) => {
    const { checkConnection } = await import("../doctor/check-connection.ts");
    const given = url ?? options.databaseUrl ?? context.env.HOLDFAST_DATABASE_URL;
    const findings = [];
    for await (const finding of checkConnection(given ?? (await databaseUrl(context, undefined, "holdfast_worker")))) {
      findings.push(finding);
      if (context.json) continue;
      const mark = finding.ok ? paint("ok  ", "green", context.colour) : paint("FAIL", "red", context.colour);
      print(context, `${mark} ${finding.what} — ${printable(finding.evidence)}`);
      if (!finding.ok && finding.remedy) print(context, `     do: ${printable(finding.remedy)}`);
    }
    const ok = findings.every((finding) => finding.ok);
    if (context.json)
      printJson(context, {
        ok,
        findings: findings.map(({ remedy, ...rest }) => (rest.ok ? rest : { ...rest, remedy })),
      });
    if (ok) return EXIT.ok;
    // A connection string that cannot be used is a slip of the pen; the rest was found out by asking.
    const typed = ["connection string", "kind of connection"].includes(findings.at(-1)?.what ?? "");
    return typed ? EXIT.usage : EXIT.failed;
  });
}
