import { registerHooks } from "node:module";

/** What a task file may import from any folder: the packages that the README's example names. */
const OURS = /^(@holdfast\/worker|zod)(\/|$)/;
const MISSING = new Set(["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"]);

let offered = false;

/**
 * Lets a task file outside this workspace import `@holdfast/worker` and `zod`: where its own folder has no copy, it gets
 * the worker's. A copy of its own is always preferred, so nothing changes for a folder with dependencies installed.
 */
export function offerOwnCopies(): void {
  if (offered) return;
  offered = true;
  registerHooks({
    resolve(specifier, context, nextResolve) {
      try {
        return nextResolve(specifier, context);
      } catch (error) {
        if (!OURS.test(specifier) || !MISSING.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
        return nextResolve(specifier, { ...context, parentURL: import.meta.url });
      }
    },
  });
}
