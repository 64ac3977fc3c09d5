import { describe, expect, it } from "vitest";
import { Batcher } from "../src/leases/batcher.ts";

function deferred() {
  let resolve!: () => void;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

describe("a batcher", () => {
  it("puts the calls of one turn into one batch and answers each with its own", async () => {
    const batches: number[][] = [];
    const batcher = new Batcher<number, string>({
      async flush(items) {
        batches.push(items);
        return items.map((item) => `#${item}`);
      },
    });
    expect(await Promise.all([1, 2, 3].map((item) => batcher.push(item)))).toEqual(["#1", "#2", "#3"]);
    expect(batches).toEqual([[1, 2, 3]]);
  });

  it("collects while a flight is under way, and never has two at once", async () => {
    const gate = deferred();
    const batches: number[][] = [];
    let flying = 0;
    const batcher = new Batcher<number, number>({
      async flush(items) {
        expect(++flying).toBe(1);
        batches.push(items);
        if (batches.length === 1) await gate.promise;
        flying--;
        return items;
      },
    });
    const first = batcher.push(1);
    await new Promise(setImmediate);
    const others = [2, 3, 4].map((item) => batcher.push(item));
    gate.resolve();
    await Promise.all([first, ...others]);
    expect(batches).toEqual([[1], [2, 3, 4]]);
  });

  it("splits what is larger than its largest batch", async () => {
    const sizes: number[] = [];
    const batcher = new Batcher<number, number>({
      max: 2,
      async flush(items) {
        sizes.push(items.length);
        return items;
      },
    });
    await Promise.all([1, 2, 3, 4, 5].map((item) => batcher.push(item)));
    expect(sizes).toEqual([2, 2, 1]);
  });

  it("lets one bad item fail alone", async () => {
    const batcher = new Batcher<number, number>({
      async flush(items) {
        if (items.includes(2)) throw new Error("2 is bad");
        return items;
      },
    });
    const settled = await Promise.allSettled([1, 2, 3].map((item) => batcher.push(item)));
    expect(settled.map((one) => one.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(batcher.pending).toBe(0);
  });
});
