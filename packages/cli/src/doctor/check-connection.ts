import { connect } from "node:net";
import { type ConnectionTarget, explainConnectionError, readConnectionUrl } from "@holdfast/db/connection";
import { Probe } from "@holdfast/db/diagnosis";
import { checkSchema } from "@holdfast/db/migrate";

/** One line of the doctor's report. */
export interface Finding {
  ok: boolean;
  /** What was looked at. */
  what: string;
  /** What was seen: the evidence. */
  evidence: string;
  /** What to do about a failure. */
  remedy?: string;
}

const MODES: Record<ConnectionTarget["mode"], string> = {
  direct: "direct connection",
  "session-pooler": "session pooler",
  "transaction-pooler": "transaction pooler",
};

const OLDEST_SERVER = 150_000;

/** Looks at a database connection step by step, and yields each finding as it is made; stops where going on is pointless. */
export async function* checkConnection(url: string): AsyncGenerator<Finding> {
  let target: ConnectionTarget;
  try {
    target = readConnectionUrl(url);
  } catch (error) {
    yield failure("connection string", error, url);
    return;
  }
  yield {
    ok: true,
    what: "connection string",
    evidence: `${target.user || "no user"} at ${target.host}:${target.port}, database ${target.database}`,
  };
  if (target.mode === "transaction-pooler") {
    yield {
      ok: false,
      what: "kind of connection",
      evidence: `port ${target.port} is a transaction pooler: prepared statements break there and LISTEN hears nothing`,
      remedy: "use the direct connection or the session pooler, both on port 5432 (Supabase: Connect)",
    };
    return;
  }
  yield { ok: true, what: "kind of connection", evidence: MODES[target.mode] };
  const reach = await checkReach(target);
  yield reach;
  if (!reach.ok) return;
  let probe: Probe;
  try {
    probe = await Probe.open(url);
  } catch (error) {
    yield failure("login", error, url);
    return;
  }
  await using _ = probe;
  yield* checkServer(probe);
  yield* checkSchemas(probe);
}

async function* checkServer(probe: Probe): AsyncGenerator<Finding> {
  const server = await probe.server();
  yield { ok: true, what: "login", evidence: `as ${server.role}, database ${server.database}` };
  yield {
    ok: server.version_number >= OLDEST_SERVER,
    what: "server",
    evidence: `Postgres ${server.version}`,
    remedy: "upgrade the project to Postgres 15 or newer",
  };
  const tooStrong = server.role === "holdfast_worker" && (server.superuser || server.bypass_rls);
  yield {
    ok: !tooStrong,
    what: "role",
    evidence: `${server.role}: ${server.superuser ? "superuser" : "no superuser"}, ${server.bypass_rls ? "bypasses" : "obeys"} row level security`,
    remedy: "take both attributes from the role: alter role holdfast_worker nosuperuser nobypassrls",
  };
  yield await attempt("LISTEN and NOTIFY", "use a direct connection or the session pooler", async () => {
    return `heard after ${(await probe.notifyRoundTrip()).toFixed(1)} ms`;
  });
  yield await attempt("prepared statements", "use a direct connection or the session pooler", async () => {
    await probe.preparedStatements();
    return "kept between transactions";
  });
}

async function* checkSchemas(probe: Probe): AsyncGenerator<Finding> {
  yield await attempt("schema holdfast", "run holdfast migrate as role postgres", async () => {
    const { version } = await checkSchema(probe.client);
    return `version ${version}, the one of this code`;
  });
  const engine = await probe.deliveryEngine();
  yield {
    ok: engine.present && engine.usable,
    what: "schema graphile_worker",
    evidence: engine.present
      ? engine.usable
        ? "present, and this role may use it"
        : "present, but this role may not use it"
      : "missing",
    remedy: "run holdfast migrate as role postgres",
  };
}

async function attempt(what: string, remedy: string, look: () => Promise<string>): Promise<Finding> {
  try {
    return { ok: true, what, evidence: await look() };
  } catch (error) {
    return { ok: false, what, evidence: (error as Error).message, remedy };
  }
}

function failure(what: string, error: unknown, url: string): Finding {
  const problem = explainConnectionError(error, url);
  return { ok: false, what, evidence: problem.message, remedy: problem.remedy };
}

/** Whether anything accepts a TCP connection there, before any password is involved. */
function checkReach(target: ConnectionTarget): Promise<Finding> {
  const what = "network";
  if (target.host.startsWith("/")) return Promise.resolve({ ok: true, what, evidence: `unix socket ${target.host}` });
  const began = performance.now();
  return new Promise((resolve) => {
    const socket = connect({ host: target.host, port: target.port });
    const end = (finding: Finding) => {
      socket.destroy();
      resolve(finding);
    };
    socket.setTimeout(5000, () =>
      end({
        ok: false,
        what,
        evidence: "no answer within 5 s",
        remedy: "check the host, the firewall and the network",
      }),
    );
    socket.once("connect", () =>
      end({ ok: true, what, evidence: `reached in ${(performance.now() - began).toFixed(0)} ms` }),
    );
    socket.once("error", (error) =>
      end(failure(what, error, `postgres://${target.user}@${target.host}:${target.port}/${target.database}`)),
    );
  });
}
