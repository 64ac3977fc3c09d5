/** A command line, argument by argument: there is no shell, so there is no line. What is not plain stands in quotes. */
export function Argv({ argv, label = "Arguments" }: { argv: readonly string[]; label?: string }) {
  return (
    <pre className="hf-pre" tabIndex={0} role="region" aria-label={label}>
      {argv.map((argument) => (/^[\w@%+=:,./{}-]+$/.test(argument) ? argument : JSON.stringify(argument))).join(" ")}
    </pre>
  );
}
