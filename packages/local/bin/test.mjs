import { run } from "./bootstrap.mjs";

await run("packages/testing/bin/test.ts", process.argv.slice(2));
