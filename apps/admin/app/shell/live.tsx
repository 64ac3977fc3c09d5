import { createContext, type ReactNode, use, useEffect, useRef, useState } from "react";
import { useFetchers, useNavigation, useParams, useRevalidator } from "react-router";

const EVERY_MS = 3_000;
const PATIENCE_MS = 6_000;

/** How the page stands to the project: live, or since when it shows what it had. */
export interface Connection {
  lostSince: number | undefined;
  signedOut: boolean;
}

const ConnectionContext = createContext<Connection>({ lostSince: undefined, signedOut: false });

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
  const [connection, setConnection] = useState<Connection>({ lostSince: undefined, signedOut: false });
  useEffect(() => {
    let asking = false;
    const look = async () => {
      if (asking || busy.current || document.visibilityState !== "visible") return;
      asking = true;
      const answer = await alive(workspace);
      asking = false;
      if (answer === "alive") {
        setConnection((was) => (was.lostSince || was.signedOut ? { lostSince: undefined, signedOut: false } : was));
        if (!busy.current) await revalidate();
      } else {
        setConnection((was) => ({ lostSince: was.lostSince ?? Date.now(), signedOut: answer === "signed_out" }));
      }
    };
    const timer = setInterval(look, EVERY_MS);
    document.addEventListener("visibilitychange", look);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", look);
    };
  }, [workspace, revalidate]);
  return <ConnectionContext value={connection}>{children}</ConnectionContext>;
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
