import { readFileSync } from "node:fs";

/** One line that a `beating` command wrote. */
export interface Beat {
  attempt: number;
  pid: number;
  beat: number;
}

/** The beats in a file, in the order in which they were written. */
export function readBeats(file: string): Beat[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return [];
  }
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const [attempt = 0, pid = 0, beat = 0] = line.split(" ").map(Number);
      return { attempt, pid, beat };
    });
}

/** The attempts in the order in which their beats begin, once for each change: [1, 2] when they never overlapped. */
export function attemptsInOrder(beats: Beat[]): number[] {
  return beats.filter((beat, index) => beat.attempt !== beats[index - 1]?.attempt).map((beat) => beat.attempt);
}
