// Counts to N, one line every 100 ms: the command of the first run's proof. It knows nothing of Holdfast.
//   node count.mjs 60

/** Everything it prints, line by line, so that the proof can compare every one. */
export function linesOf(last) {
  const lines = [];
  for (let number = 1; number <= last; number++) {
    lines.push(`count ${number} of ${last}`);
    if (number % 5 === 0 || number === last) {
      lines.push(`::holdfast progress=${(number / last).toFixed(2)} message="counted to ${number}"`);
    }
  }
  return lines;
}

if (process.argv[1] === import.meta.filename) {
  const last = Number(process.argv[2] ?? 60);
  for (const line of linesOf(last)) {
    console.log(line);
    if (line.startsWith("count ")) await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
