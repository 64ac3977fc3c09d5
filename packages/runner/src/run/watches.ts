import { setTimeout as delay } from "node:timers/promises";
import type { StartedCommand } from "../command/started-command.ts";
import type { ResourceMeter } from "../process/resource-meter.ts";

const firstSampleMilliseconds = 100;
const sampleMilliseconds = 1_000;
// A sample reads the whole process table; on a host with thousands of processes it is taken less often, so that it
// never costs more than two percent of a core.
const restPerSample = 50;

/** Samples what the command uses, about once a second; returns what stops it. */
export function startSampling(meter: ResourceMeter): () => void {
  const again = () => {
    const took = meter.sample();
    timer = setTimeout(again, Math.max(sampleMilliseconds, took * restPerSample));
  };
  let timer = setTimeout(again, firstSampleMilliseconds);
  return () => clearTimeout(timer);
}

const tidyMilliseconds = 800;

/** Gives back, once the command has run for a moment, what starting has cost: 3 MB. Returns what calls it off. */
export function startTidying(): () => void {
  const timer = setTimeout(() => globalThis.gc?.({ type: "major", flavor: "last-resort" }), tidyMilliseconds);
  return () => clearTimeout(timer);
}

// setTimeout takes at most 2^31 ms, which is less than 25 days.
const longestTimer = 86_400_000;

/** Calls back once when the time is over, by the monotonic clock; returns what stops it. Null seconds = never. */
export function startTimeout(seconds: number | null, onTimeout: () => void): () => void {
  if (seconds === null) return () => {};
  const until = performance.now() + seconds * 1000;
  const look = () => {
    const left = until - performance.now();
    if (left <= 0) onTimeout();
    else timer = setTimeout(look, Math.min(Math.ceil(left), longestTimer));
  };
  let timer: NodeJS.Timeout | undefined;
  look();
  return () => clearTimeout(timer);
}

const quietMilliseconds = 1_000;
const longestSettling = 10_000;

/**
 * Waits for the end of the output after the command and what it left behind are gone. A process that escaped and holds
 * the output open does not delay the run for ever: one second without a byte ends the wait, ten seconds in any case.
 */
export async function outputSettled(command: StartedCommand, bytes: () => object): Promise<void> {
  let over = false;
  const ended = command.outputEnded.then(() => {
    over = true;
  });
  const until = performance.now() + longestSettling;
  for (let before = ""; !over && performance.now() < until; ) {
    const now = JSON.stringify(bytes());
    if (now === before) break;
    before = now;
    await Promise.race([ended, delay(quietMilliseconds)]);
  }
  command.closeOutput();
}
