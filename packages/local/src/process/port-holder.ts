import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createServer } from "node:net";
import { LocalStackError, type PortSetting, PortTakenError } from "../errors.ts";

/** Refuses a port of 127.0.0.1 that another program listens on, naming it where the system lets us see it. */
export async function requireFreePort(port: number, what: string, setting: PortSetting): Promise<void> {
  const code = await tryToListen(port);
  if (code === undefined) return;
  if (code === "EACCES") {
    throw new LocalStackError(
      "local.port_forbidden",
      `this user may not listen on port ${port}, wanted for ${what}`,
      `choose a port above 1023: ${setting.key} in ${setting.file}, or ${setting.env}=<port> for one start`,
      3,
    );
  }
  throw new PortTakenError(port, what, setting, holderOf(port));
}

/** A port of 127.0.0.1 that nobody listens on at the moment. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await new Promise<number>((done, failed) => {
    server.once("error", failed);
    server.listen({ host: "127.0.0.1", port: 0 }, () => done((server.address() as { port: number }).port));
  });
  await new Promise((done) => server.close(done));
  return port;
}

function tryToListen(port: number): Promise<string | undefined> {
  return new Promise((done) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => done(error.code ?? error.message));
    server.listen({ host: "127.0.0.1", port, exclusive: true }, () => server.close(() => done(undefined)));
  });
}

/** `name (pid N)` of the listener, as far as /proc shows it to this user. */
function holderOf(port: number): string | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    const sockets = new Set(["tcp", "tcp6"].flatMap((table) => listeningInodes(table, port)));
    if (sockets.size === 0) return undefined;
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      if (openSockets(pid).some((inode) => sockets.has(inode))) {
        return `${readFileSync(`/proc/${pid}/comm`, "utf8").trim()} (pid ${pid})`;
      }
    }
  } catch {}
  return undefined;
}

function listeningInodes(table: string, port: number): string[] {
  const LISTEN = "0A";
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return readFileSync(`/proc/net/${table}`, "utf8")
    .split("\n")
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(suffix) && fields[3] === LISTEN)
    .map((fields) => fields[9] ?? "");
}

function openSockets(pid: string): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).map((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? "";
      } catch {
        return "";
      }
    });
  } catch {
    return []; // another user's process, or one that just ended
  }
}
