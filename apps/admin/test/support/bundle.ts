import { globSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";

/** What must not be in anything that a browser is given, and why. */
export const NOT_IN_BROWSER: readonly (readonly [what: string, pattern: RegExp])[] = [
  ["a secret key", /sb_secret_/],
  ["the role that passes by row level security", /service_role/],
  ["a database's address", /postgres(?:ql)?:\/\//],
  ["a token", /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\./],
  ["the server's settings", /HOLDFAST_[A-Z]+/],
  ["a module of the server", /[\w-]\.server\b(?!\()/],
  ["the client of the Data API or of Auth", /@supabase\/|\bPostgrestClient\b|\bGoTrueClient\b|\bcreateServerClient\b/],
  ["a database driver", /(?:from|import|require)\s*\(?["']pg["']/],
  ["a module of Node", /["']node:[a-z_]+["']/],
  ["a source map", /[#@] sourceMappingURL=/],
];

/** What must not be in the server's bundle either: it has no way to a database but the Data API. */
export const NOT_IN_SERVER: readonly (readonly [what: string, pattern: RegExp])[] = [
  ["a secret key", /sb_secret_/],
  ["the role that passes by row level security", /service_role/],
  ["a database's address", /postgres(?:ql)?:\/\//],
  ["the setting with a database's address", /HOLDFAST_DATABASE_URL|HOLDFAST_SECRET|SUPABASE_SERVICE/],
  ["a database driver", /(?:from|import|require)\s*\(?["'](?:pg|postgres|kysely|@holdfast\/db[\w/-]*)["']/],
];

/** Every place below a folder where something stands that must not. */
export function findings(folder: string, forbidden: typeof NOT_IN_BROWSER): string[] {
  return filesOf(folder).flatMap((file) => {
    const text = readFileSync(join(folder, file), "utf8");
    return forbidden.filter(([, pattern]) => pattern.test(text)).map(([what]) => `${file}: ${what}`);
  });
}

/** Every file below a folder. */
export function filesOf(folder: string): string[] {
  return globSync("**/*", { cwd: folder }).filter((file) => statSync(join(folder, file)).isFile());
}

/** A route as the browser's manifest has it. */
interface Route {
  id: string;
  parentId?: string;
  path?: string;
  index?: boolean;
  module: string;
  css: string[];
  hasDefaultExport?: boolean;
}

/** What a route's address makes a browser load first. */
export interface FirstLoad {
  path: string;
  /** Bytes after gzip. */
  script: number;
  style: number;
  files: number;
}

/** For each page: its scripts, those of the routes around it and all that they import, but not what is imported later. */
export function firstLoads(client: string): FirstLoad[] {
  const [file] = globSync("assets/manifest-*.js", { cwd: client });
  if (file === undefined) throw new Error(`there is no manifest in ${client}`);
  const text = readFileSync(join(client, file), "utf8");
  const manifest = JSON.parse(text.slice(text.indexOf("{"), text.lastIndexOf("}") + 1)) as {
    entry: { module: string };
    routes: Record<string, Route>;
  };
  const sizes = new Map<string, number>();
  const sizeOf = (asset: string) => {
    const known = sizes.get(asset) ?? gzipSync(readFileSync(join(client, asset))).length;
    sizes.set(asset, known);
    return known;
  };
  const sum = (assets: Set<string>) => [...assets].reduce((total, asset) => total + sizeOf(asset), 0);
  return Object.values(manifest.routes)
    .filter((route) => route.hasDefaultExport && route.id !== "root")
    .map((route) => {
      const matches = lineOf(route, manifest.routes);
      const scripts = new Set<string>();
      for (const module of [manifest.entry.module, ...matches.map((match) => match.module)]) {
        withImports(client, module, scripts);
      }
      const styles = new Set(matches.flatMap((match) => match.css));
      const path = matches.flatMap((match) => match.path || []).join("/");
      return { path: `/${path}`, script: sum(scripts), style: sum(styles), files: scripts.size };
    });
}

function lineOf(route: Route, routes: Record<string, Route>): Route[] {
  const parent = route.parentId === undefined ? undefined : routes[route.parentId];
  return parent ? [...lineOf(parent, routes), route] : [route];
}

function withImports(client: string, module: string, found: Set<string>): void {
  if (found.has(module)) return;
  found.add(module);
  const text = readFileSync(join(client, module), "utf8");
  // `import{a as b}from"./x.js"`, `import"./x.js"`, `export{a}from"./x.js"`; import("./x.js") comes later.
  for (const [, name] of text.matchAll(/\b(?:import|export)(?:[\w$*{}, ]*?from)?\s*["']\.\/([\w.-]+\.js)["']/g)) {
    withImports(client, `/assets/${basename(name as string)}`, found);
  }
}
