import { relative } from "node:path";
import type { Config } from "@react-router/dev/config";

// server/build.ts says where: a build has its sources' digest for a name.
const folder = process.env.HOLDFAST_ADMIN_BUILD;

export default {
  appDirectory: "app",
  ssr: true,
  ...(folder ? { buildDirectory: relative(import.meta.dirname, folder) } : {}),
} satisfies Config;
