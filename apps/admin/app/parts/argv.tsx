/** A command line, argument by argument: there is no shell, so there is no line. What is not plain stands in quotes. */
export function Argv({ argv }: { argv: readonly string[] }) {
  return (
    <pre className="hf-pre" tabIndex={0} role="region" aria-label="Arguments">
      {argv.map((argument) => (/^[\w@%+=:,./{}-]+$/.test(argument) ? argument : JSON.stringify(argument))).join(" ")}
    </pre>
  );
}
