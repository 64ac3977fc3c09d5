import { useEffect, useState } from "react";
import { useParams } from "react-router";
import type { Piece } from "./output.ts";

const AGAIN_MS = 1_000;
/** What is read of a long output at first: its end. */
const TAIL = 262_144;
/** What is kept in the page. More is in the download. */
const MOST = 4 * 1_048_576;

/** Output of one stream, as far as it is here. */
export interface Output {
  /** Where in the stream `bytes` begin. */
  from: number;
  bytes: Uint8Array;
  stored: number;
  finished: boolean;
  failed: boolean;
  /** It printed more than is here, which has been dropped after its keeping. */
  dropped: boolean;
}

/** Reads the end of a stream (its last 256 KiB by default), and goes on reading while the run goes on. */
export function useOutput(run: number, stream: string, tail = TAIL): Output | undefined {
  const { workspace } = useParams();
  const [output, setOutput] = useState<Output>();
  useEffect(() => {
    const gone = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let here: Output | undefined;
    const look = async () => {
      if (document.visibilityState !== "visible") {
        timer = setTimeout(look, AGAIN_MS);
        return;
      }
      const place = here ? `after=${here.from + here.bytes.length}` : `tail=${tail}`;
      const answer = await fetch(`/w/${workspace}/output/${run}?stream=${stream}&${place}`, {
        signal: gone.signal,
      }).catch(() => undefined);
      if (gone.signal.aborted) return;
      // Refused, or sent to the sign-in page: asked again it would be answered alike.
      if (answer && (answer.redirected || (answer.status >= 400 && answer.status < 500))) {
        setOutput({ ...(here ?? NOTHING), failed: true });
        return;
      }
      const before = here?.bytes.length ?? 0;
      if (answer?.ok) {
        here = grown(here, (await answer.json()) as Piece);
        setOutput(here);
      } else if (here) setOutput({ ...here, failed: true });
      const all = here?.dropped || (here?.finished && here.from + here.bytes.length >= here.stored);
      // More is stored than came with this piece: at once, as long as each piece brings some.
      const behind = here && here.bytes.length > before && here.from + here.bytes.length < here.stored;
      if (!all) timer = setTimeout(look, behind ? 0 : AGAIN_MS);
    };
    setOutput(undefined);
    void look();
    return () => {
      gone.abort();
      clearTimeout(timer);
    };
  }, [workspace, run, stream, tail]);
  return output;
}

const NOTHING: Output = { from: 0, bytes: new Uint8Array(), stored: 0, finished: true, failed: false, dropped: false };

function grown(here: Output | undefined, { from, data, stored, finished }: Piece): Output {
  const added = Uint8Array.from(atob(data), (character) => character.charCodeAt(0));
  const dropped = finished && added.length === 0 && from < stored;
  if (!here) return { from, bytes: added, stored, finished, failed: false, dropped };
  const bytes = new Uint8Array(here.bytes.length + added.length);
  bytes.set(here.bytes);
  bytes.set(added, here.bytes.length);
  const cut = Math.max(0, bytes.length - MOST);
  return { from: here.from + cut, bytes: cut > 0 ? bytes.slice(cut) : bytes, stored, finished, failed: false, dropped };
}
