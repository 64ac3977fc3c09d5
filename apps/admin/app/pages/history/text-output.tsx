import { Button, Checkbox, Group, Text, TextInput } from "@mantine/core";
import { useEffect, useMemo, useRef, useState } from "react";
import { plural } from "../../parts/format.ts";
import { linesOf } from "./output-text.ts";
import type { Output } from "./use-output.ts";

/** What the first line of a failure usually has in it. */
export const FAILURE = /\b(error|failed|failure|fatal|exception|traceback|panic)\b/i;

/** Most lines drawn: more make the browser slow, and nobody reads them. The download has all. */
const MOST_LINES = 5_000;

/** Output of a pipe, as text: with search, wrapping, and the first line that looks like a failure. */
export function TextOutput({ output, follow }: { output: Output; follow: boolean }) {
  const [wanted, setWanted] = useState("");
  const [wrap, setWrap] = useState(true);
  const box = useRef<HTMLPreElement>(null);
  const lines = useMemo(() => linesOf(output.bytes), [output.bytes]);
  const shown = lines.slice(-MOST_LINES);
  const found = wanted === "" ? 0 : shown.filter((line) => line.toLowerCase().includes(wanted.toLowerCase())).length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: at each new piece.
  useEffect(() => {
    if (follow && box.current) box.current.scrollTop = box.current.scrollHeight;
  }, [follow, shown.length]);
  const go = (matches: (line: string) => boolean) => {
    const place = shown.findIndex(matches);
    box.current?.querySelectorAll<HTMLElement>("[data-line]")[place]?.scrollIntoView({ block: "center" });
  };
  const isWanted = (line: string) => wanted !== "" && line.toLowerCase().includes(wanted.toLowerCase());
  return (
    <>
      <Group gap={8} mb={6}>
        <TextInput
          size="xs"
          aria-label="Search the output"
          placeholder="Search"
          value={wanted}
          onChange={(event) => setWanted(event.currentTarget.value)}
          onKeyDown={(event) => event.key === "Enter" && go(isWanted)}
        />
        {wanted !== "" && (
          <Text size="xs" aria-live="polite">
            {plural(found, "line")}
          </Text>
        )}
        <Button
          size="xs"
          variant="default"
          onClick={() => go((line) => FAILURE.test(line))}
          disabled={!shown.some((line) => FAILURE.test(line))}
        >
          First failure
        </Button>
        <Checkbox size="xs" label="Wrap" checked={wrap} onChange={(event) => setWrap(event.currentTarget.checked)} />
      </Group>
      <pre
        ref={box}
        className="hf-pre"
        tabIndex={0}
        role="region"
        aria-label="Output"
        style={{ maxHeight: "50vh", ...(wrap ? {} : { whiteSpace: "pre" }) }}
      >
        {shown.map((line, place) => (
          <div
            key={place}
            data-line
            style={isWanted(line) ? { background: "light-dark(#ffe9a8, #5a4a12)" } : undefined}
          >
            {line || "\u200a"}
          </div>
        ))}
      </pre>
      {lines.length > shown.length && (
        <Text size="xs" className="dim">
          The last {MOST_LINES} lines; the download has all of them.
        </Text>
      )}
    </>
  );
}
