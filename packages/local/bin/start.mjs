import { run } from "./bootstrap.mjs";

await run("packages/cli/src/first-run/main.ts", process.argv.slice(2));
