/** A shell script as a command line. */
export function sh(script: string, ...args: string[]): string[] {
  return ["sh", "-c", script, "sh", ...args];
}

/** Prints `lines` numbered lines to stdout, and every tenth to stderr as well, one each `pause` seconds. */
export function counting(label: string, lines: number, pause: number): string[] {
  const script = `i=0
    while [ $i -lt $2 ]; do
      i=$((i + 1)); echo "$1: line $i of $2"
      if [ $((i % 10)) -eq 0 ]; then echo "$1: note at line $i" >&2; fi
      sleep $3
    done`;
  return sh(script, label, String(lines), String(pause));
}

/** The same command, as fast as it can: what it prints does not depend on its pace. */
export function countingAtOnce(label: string, lines: number): string[] {
  return counting(label, lines, 0);
}

/**
 * Writes a line `<attempt> <pid> <beat>` to a file every 20 ms: for ever on the first attempts, `beats` times on the
 * attempt `last` and later. Two attempts that overlap show as lines that interleave. It prints nothing: writing into the
 * pipe of a dead runner would end it by itself.
 */
export function beating(file: string, last: number, beats: number): string[] {
  const script = `i=0
    while [ "$HOLDFAST_ATTEMPT" -lt $2 ] || [ $i -lt $3 ]; do
      i=$((i + 1)); echo "$HOLDFAST_ATTEMPT $$ $i" >> "$1"; sleep 0.02
    done`;
  return sh(script, file, String(last), String(beats));
}
