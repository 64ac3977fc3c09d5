import { useHotkeys } from "@mantine/hooks";
import { useSpotlight } from "@mantine/spotlight";
import { lazy, Suspense, useRef } from "react";
import { jump, jumpStore } from "./jump-store.ts";

const Jump = lazy(async () => ({ default: (await import("./jump.tsx")).Jump }));

/** ⌘K, loaded when it is first asked for: no page waits for it. */
export function JumpWhenAsked({ base }: { base: string }) {
  // In a field as well: who is typing may want to go elsewhere.
  useHotkeys([["mod+K", jump.toggle]], []);
  const { opened } = useSpotlight(jumpStore);
  const asked = useRef(false);
  asked.current ||= opened;
  return (
    asked.current && (
      <Suspense>
        <Jump base={base} />
      </Suspense>
    )
  );
}
