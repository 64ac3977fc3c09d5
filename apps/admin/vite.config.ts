import { reactRouter } from "@react-router/dev/vite";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [reactRouter()],
  // What is served is read by people who debug at 3 a.m.; there is nothing in it to hide.
  // light-dark() as written: the polyfill for older browsers knows nothing of our colour scheme.
  build: {
    cssTarget: ["chrome123", "firefox120", "safari17.5"],
    sourcemap: false,
    chunkSizeWarningLimit: 600,
    reportCompressedSize: false,
  },
  logLevel: "warn",
});
