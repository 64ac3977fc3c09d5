// Lists, hashes and summarises the files below a folder: the first run's command on real input.
//   node summarise-files.mjs [folder]
// Takes the files git knows (tracked, and new ones it does not ignore); without git, every file but node_modules and
// folders whose name begins with a dot. Prints one line a file, then totals. Progress and result go out as lines that
// begin with `::holdfast`, which is all a program has to do to report them.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream, lstatSync, readdirSync } from "node:fs";
import { extname, join, relative } from "node:path";

const root = process.argv[2] ?? process.cwd();
const files = listFiles(root);
const all = createHash("sha256");
const kinds = new Map();
const sizes = [];
let bytes = 0;
let told = -1;

for (const [index, file] of files.entries()) {
  const { digest, size } = await hash(join(root, file));
  all.update(digest).update(file);
  bytes += size;
  sizes.push({ file, size });
  const kind = extname(file) || "(none)";
  const total = kinds.get(kind) ?? { files: 0, bytes: 0 };
  kinds.set(kind, { files: total.files + 1, bytes: total.bytes + size });
  console.log(`${digest.slice(0, 12)}  ${String(size).padStart(9)}  ${file}`);
  const percent = Math.floor(((index + 1) / files.length) * 100);
  if (percent !== told) {
    told = percent;
    console.log(`::holdfast progress=${(percent / 100).toFixed(2)} message="${index + 1} of ${files.length} files"`);
  }
}

console.log("\nby extension");
const byBytes = [...kinds].sort(([, one], [, other]) => other.bytes - one.bytes);
for (const [kind, total] of byBytes.slice(0, 8)) {
  console.log(`  ${kind.padEnd(10)} ${String(total.files).padStart(5)} files ${readable(total.bytes).padStart(10)}`);
}
console.log("largest");
for (const { file, size } of sizes.sort((one, other) => other.size - one.size).slice(0, 5)) {
  console.log(`  ${readable(size).padStart(10)}  ${file}`);
}
const digest = all.digest("hex");
console.log(`${files.length} files, ${readable(bytes)}, digest of all ${digest.slice(0, 16)}`);
console.log(`::holdfast result=${JSON.stringify({ files: files.length, bytes, digest })}`);

function listFiles(folder) {
  try {
    const listed = execFileSync("git", ["-C", folder, "ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      maxBuffer: 64 * 1024 * 1024,
    });
    const known = listed.split("\0").filter((file) => file !== "" && isFile(join(folder, file)));
    if (known.length > 0) return [...new Set(known)].sort();
  } catch {
    // No git, or not a repository: walk instead.
  }
  return walk(folder, folder).sort();
}

function walk(folder, from) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === "node_modules" || entry.name.startsWith(".")) return [];
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return walk(path, from);
    return entry.isFile() ? [relative(from, path)] : [];
  });
}

function isFile(path) {
  return lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}

async function hash(path) {
  const sum = createHash("sha256");
  let size = 0;
  for await (const chunk of createReadStream(path)) {
    sum.update(chunk);
    size += chunk.length;
  }
  return { digest: sum.digest("hex"), size };
}

function readable(count) {
  if (count < 10_240) return `${count} B`;
  return count < 10_485_760 ? `${Math.round(count / 1024)} KB` : `${Math.round(count / 1_048_576)} MB`;
}
