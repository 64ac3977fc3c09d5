import type { RunBeat } from "@holdfast/db/runs";
import { storable } from "../lease/storable.ts";
import { log } from "../log.ts";
import type { Directive } from "../output/parse-directive.ts";
import type { ResourceMeter } from "../process/resource-meter.ts";

const longestMessage = 500;
// A command may print directives by the million; runner.log is for people.
const mostNotes = 100;

/** What the command has said about itself, and what it has used. */
export class Figures {
  /** Null until the command was started. */
  meter: ResourceMeter | null = null;
  #progress: number | undefined;
  #message: string | undefined;
  #cost: number | undefined;
  #result: unknown;
  #untold = false;
  #notes = 0;

  /** Takes a directive in; costs add up, everything else replaces what was said before. */
  add(directive: Directive): void {
    if (directive.complaint) this.#note(directive.complaint);
    if (directive.progress !== undefined || directive.message !== undefined) this.#untold = true;
    if (directive.progress !== undefined) this.#progress = directive.progress;
    if (directive.message !== undefined) this.#message = storable(directive.message.slice(0, longestMessage));
    if (directive.result !== undefined) this.#result = storable(directive.result);
    if (directive.cost === undefined) return;
    this.#cost = (this.#cost ?? 0) + directive.cost;
    this.#note("cost", {
      cost: directive.cost,
      unit: directive.unit,
      source: directive.source,
      total: this.#cost,
    });
  }

  /** Progress was said that no heartbeat has carried yet. */
  get untold(): boolean {
    return this.#untold;
  }

  /** For a heartbeat. */
  beat(): RunBeat {
    this.#untold = false;
    return {
      ...this.#used(),
      ...this.#said(),
      ...(this.#message !== undefined && { message: this.#message }),
    };
  }

  /** For the finish. */
  final() {
    return {
      ...this.#used(),
      ...this.#said(),
      ...(this.#result !== undefined && { result: this.#result }),
    };
  }

  #used() {
    if (!this.meter) return {};
    const { cpuSeconds, memoryBytes } = this.meter.use;
    return {
      cpu_seconds: Math.round(cpuSeconds * 1000) / 1000,
      memory_bytes: memoryBytes,
    };
  }

  #said() {
    return {
      ...(this.#progress !== undefined && { progress: this.#progress }),
      ...(this.#cost !== undefined && { cost: this.#cost }),
    };
  }

  #note(message: string, fields?: object): void {
    this.#notes += 1;
    if (this.#notes <= mostNotes) log("info", message, fields);
    if (this.#notes === mostNotes) log("info", "further directives are not noted here");
  }
}
