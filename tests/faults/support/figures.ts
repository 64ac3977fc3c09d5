/** Prints a measured figure of a proof; nothing is asserted on it, because the machine is shared. */
export function figure(what: string, value: number, unit = "ms"): void {
  process.stdout.write(`  figure  ${what}: ${Math.round(value * 100) / 100} ${unit}\n`);
}
