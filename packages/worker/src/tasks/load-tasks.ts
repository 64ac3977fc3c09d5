import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { isTask, type Task } from "./define-task.ts";
import { offerOwnCopies } from "./own-copies.ts";

const TASK_FILE = /(?<!\.test|\.d)\.(ts|mts|js|mjs)$/;

/** A tasks folder that cannot be used; the message names the file. */
export class TaskLoadError extends Error {
  override readonly name = "TaskLoadError";
}

/**
 * Imports every `*.ts`, `*.mts`, `*.js` and `*.mjs` of a folder (tests and subfolders excluded). The default export is
 * a task or an array of tasks.
 * @throws TaskLoadError when the folder cannot be read, a file has no task, or two tasks have the same kind.
 */
export async function loadTasks(folder: string): Promise<Task[]> {
  const directory = resolve(folder);
  let names: string[];
  try {
    names = (await readdir(directory)).filter((name) => TASK_FILE.test(name)).sort();
  } catch (cause) {
    throw new TaskLoadError(`the tasks folder ${directory} cannot be read: ${(cause as Error).message}`, { cause });
  }
  const tasks = new Map<string, { task: Task; file: string }>();
  for (const name of names) {
    const file = join(directory, name);
    for (const task of await tasksOf(file)) {
      const other = tasks.get(task.kind);
      if (other) {
        throw new TaskLoadError(
          `the kind "${task.kind}" is defined twice: in ${other.file} and in ${file}; rename one of them`,
        );
      }
      tasks.set(task.kind, { task, file });
    }
  }
  return [...tasks.values()].map((entry) => entry.task);
}

async function tasksOf(file: string): Promise<Task[]> {
  let module: { default?: unknown };
  offerOwnCopies();
  try {
    module = (await import(pathToFileURL(file).href)) as { default?: unknown };
  } catch (cause) {
    const missing = (cause as NodeJS.ErrnoException).code === "ERR_MODULE_NOT_FOUND";
    const remedy = missing
      ? "install what it imports in its folder (npm install …); @holdfast/worker and zod need no installing"
      : "correct the file, then start the worker again";
    const message = `the task file ${file} cannot be loaded: ${(cause as Error).message}\n  do: ${remedy}`;
    throw new TaskLoadError(message, { cause });
  }
  const exported = Array.isArray(module.default) ? module.default : [module.default];
  for (const task of exported) {
    if (!isTask(task)) {
      throw new TaskLoadError(`${file} must export a task by default (export default defineTask({...})), or an array`);
    }
  }
  return exported as Task[];
}
