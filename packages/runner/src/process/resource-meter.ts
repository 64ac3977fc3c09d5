import { type ProcessEntry, peakResidentBytes, waitedChildrenCpuSeconds } from "./process-table.ts";
import type { ProcessTree } from "./process-tree.ts";

/** What a command has used so far. */
export interface ResourceUse {
  /** Processor time of the whole tree, in seconds. */
  readonly cpuSeconds: number;
  /** Highest memory of the whole tree seen at one moment, in bytes. */
  readonly memoryBytes: number;
}

/** Adds up what the processes of a command use, from samples of the process table. */
export class ResourceMeter {
  readonly #tree: ProcessTree;
  #peakMemory = 0;
  #cpu = 0;

  constructor(tree: ProcessTree) {
    this.#tree = tree;
  }

  /** Takes one sample; returns how long it took in milliseconds, so that the caller can pace itself. */
  sample(): number {
    const begun = performance.now();
    this.#add(this.#tree.members());
    return performance.now() - begun;
  }

  /** Use up to the last sample. */
  get use(): ResourceUse {
    // A short command ends between two samples; what the kernel charged to this process for it is then the better figure.
    return {
      cpuSeconds: Math.max(this.#cpu, waitedChildrenCpuSeconds()),
      memoryBytes: this.#peakMemory,
    };
  }

  #add(members: ProcessEntry[]): void {
    let resident = 0;
    let cpu = 0;
    // Only the living are added: the one that ended was waited for by its parent, whose own figure then contains it.
    for (const member of members) {
      resident += member.residentBytes;
      cpu += member.cpuSeconds;
      this.#peakMemory = Math.max(this.#peakMemory, peakResidentBytes(member.pid));
    }
    this.#peakMemory = Math.max(this.#peakMemory, resident);
    this.#cpu = Math.max(this.#cpu, cpu);
  }
}
