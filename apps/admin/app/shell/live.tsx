import { createContext, type ReactNode, use, useEffect, useMemo, useRef, useState } from "react";
import { useFetchers, useNavigation, useParams, useRevalidator } from "react-router";
import { useKeptSince } from "../data/keep.ts";

const EVERY_MS = 3_000;
const PATIENCE_MS = 6_000;
/** From this silence on a page that is looked at says so, however long whatever it asked is still under way. */
const SILENCE_MS = 9_000;

/** How the page stands to the project: live, or since when it shows what it had. */
export interface Connection {
  lostSince: number | undefined;
  signedOut: boolean;
  /** It answers, but a part of this page could not be read anew. */
  inPart: boolean;
}

const LIVE: Connection = { lostSince: undefined, signedOut: false, inPart: false };

const ConnectionContext = createContext<Connection>(LIVE);

/** Whether what the page shows is still read anew. */
export function useConnection(): Connection {
  return use(ConnectionContext);
}

/**
 * Reads the page again every 3 s while it is looked at. Asks first whether that can work: when the project (or this app)
 * does not answer, the page keeps what it had, says since when, and goes on by itself once there is an answer.
 */
export function Live({ children }: { children: ReactNode }) {
  const { workspace } = useParams();
  const { revalidate, state } = useRevalidator();
  const navigation = useNavigation();
  const fetchers = useFetchers();
  const busy = useRef(false);
  busy.current =
    state !== "idle" || navigation.state !== "idle" || fetchers.some((fetcher) => fetcher.state !== "idle");
  const [connection, setConnection] = useState(LIVE);
  useEffect(() => {
    let asking = false;
    let heardAt = Date.now();
    // A page that nobody looked at asked nothing: its silence begins when somebody looks.
    let lookedAtSince = heardAt;
    const lose = (signedOut: boolean) =>
      setConnection((was) => ({
        lostSince: was.lostSince ?? heardAt,
        signedOut: signedOut || was.signedOut,
        inPart: false,
      }));
    const look = async () => {
      if (document.visibilityState !== "visible") return;
      if (Date.now() - Math.max(heardAt, lookedAtSince) > SILENCE_MS) lose(false);
      if (asking) return;
      asking = true;
      const answer = await alive(workspace);
      asking = false;
      if (answer !== "alive") return lose(answer === "signed_out");
      if (busy.current) return;
      await revalidate();
      // Only now: an answer to "are you there" makes nothing on the page younger.
      heardAt = Date.now();
      setConnection((was) => (was.lostSince === undefined ? was : LIVE));
    };
    const turned = () => {
      lookedAtSince = Date.now();
      void look();
    };
    const timer = setInterval(look, EVERY_MS);
    document.addEventListener("visibilitychange", turned);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", turned);
    };
  }, [workspace, revalidate]);
  const keptSince = useKeptSince();
  const now = useMemo(() => {
    if (keptSince === undefined) return connection;
    const { lostSince } = connection;
    return { ...connection, lostSince: Math.min(lostSince ?? keptSince, keptSince), inPart: lostSince === undefined };
  }, [connection, keptSince]);
  return <ConnectionContext value={now}>{children}</ConnectionContext>;
}

async function alive(workspace: string | undefined): Promise<"alive" | "unreachable" | "signed_out"> {
  try {
    const response = await fetch(`/w/${workspace}/alive`, {
      signal: AbortSignal.timeout(PATIENCE_MS),
      cache: "no-store",
    });
    const answer = (await response.json()) as { ok: boolean; why?: "unreachable" | "signed_out" };
    return answer.ok ? "alive" : (answer.why ?? "unreachable");
  } catch {
    return "unreachable";
  }
}
