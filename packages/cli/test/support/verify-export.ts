import { createHash } from "node:crypto";

const hash = (...parts: (string | Uint8Array)[]) => {
  const sha = createHash("sha256");
  for (const part of parts) sha.update(part);
  return sha.digest();
};
const hex = (text: string) => Buffer.from(text, "hex");

/** What a stranger needs to verify an export: nothing but sha-256. Gives the first fault, or undefined. */
export function firstFault(lines: readonly string[]): string | undefined {
  let previous = "";
  let number = 1;
  const leaves = new Map<number, Uint8Array>();
  for (const line of lines) {
    const record = JSON.parse(line);
    if (record.type === "event") {
      leaves.set(record.seq, hash(Uint8Array.of(0), record.text));
      const [seq, , workspace, actor, action] = JSON.parse(record.text);
      const said = [record.seq, record.workspace_id, record.actor, record.action];
      if (JSON.stringify([seq, workspace, actor, action]) !== JSON.stringify(said)) return `event ${record.seq}: text`;
      continue;
    }
    if (record.seal !== number++ || record.previous !== previous) return `seal ${record.seal}: chain`;
    let level = record.leaves ? record.leaves.map(hex) : record.seqs.map((seq: number) => leaves.get(seq));
    if (level.includes(undefined)) return `seal ${record.seal}: an event is missing`;
    while (level.length > 1) {
      const pairs = Array.from({ length: Math.ceil(level.length / 2) }, (_, pair) =>
        level.slice(2 * pair, 2 * pair + 2),
      );
      level = pairs.map(([left, right]) => (right ? hash(Uint8Array.of(1), left, right) : left));
    }
    if (!hex(record.root).equals(level[0] ?? hash())) return `seal ${record.seal}: root`;
    const seqs = hash(`{${record.seqs.join(",")}}`);
    const own = hash(Uint8Array.of(2), record.head, seqs, hex(record.root), hex(record.previous));
    if (!own.equals(hex(record.hash))) return `seal ${record.seal}: hash`;
    previous = record.hash;
  }
  return undefined;
}
