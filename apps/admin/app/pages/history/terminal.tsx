import { Button, Group, TextInput } from "@mantine/core";
import type { SearchAddon } from "@xterm/addon-search";
import type { Terminal as Xterm } from "@xterm/xterm";
import { use, useEffect, useRef, useState } from "react";
import { NonceContext } from "../../shell/nonce.ts";
import { FAILURE } from "./text-output.tsx";
import type { Output } from "./use-output.ts";

/** Output of a terminal, drawn by one. It takes no input; whatever the output asks a terminal to do beyond drawing is ignored. */
export function TerminalOutput({ output, follow }: { output: Output; follow: boolean }) {
  const nonce = use(NonceContext);
  const box = useRef<HTMLDivElement>(null);
  const terminal = useRef<Xterm>(undefined);
  const search = useRef<SearchAddon>(undefined);
  const written = useRef(output.from);
  const [ready, setReady] = useState(false);
  const [wanted, setWanted] = useState("");
  useEffect(() => {
    let gone = false;
    void (async () => {
      const [{ Terminal }, { FitAddon }, { SearchAddon }] = await Promise.all([
        import("@xterm/xterm"),
        import("@xterm/addon-fit"),
        import("@xterm/addon-search"),
      ]);
      if (gone || !box.current) return;
      const opened = new Terminal({
        disableStdin: true,
        convertEol: true,
        screenReaderMode: true,
        scrollback: 50_000,
        fontSize: 12,
        allowProposedApi: true,
        // A link in the output says one thing and may lead anywhere: it is drawn, and not followed.
        linkHandler: { activate: () => {} },
        theme: { background: "#10161b", foreground: "#e4ecf1" },
      });
      const fit = new FitAddon();
      search.current = new SearchAddon();
      opened.loadAddon(fit);
      opened.loadAddon(search.current);
      withNonce(nonce, () => opened.open(box.current as HTMLDivElement));
      fit.fit();
      terminal.current = opened;
      setReady(true);
    })();
    return () => {
      gone = true;
      terminal.current?.dispose();
      terminal.current = undefined;
    };
  }, [nonce]);
  useEffect(() => {
    if (!ready || !terminal.current) return;
    const from = Math.max(written.current, output.from);
    const news = output.bytes.subarray(from - output.from);
    written.current = output.from + output.bytes.length;
    const opened = terminal.current;
    if (news.length > 0) opened.write(news, () => follow && opened.scrollToBottom());
  }, [ready, output, follow]);
  return (
    <>
      <Group gap={6} mb={6}>
        <TextInput
          size="xs"
          aria-label="Search the output"
          placeholder="Search"
          value={wanted}
          onChange={(event) => setWanted(event.currentTarget.value)}
          onKeyDown={(event) => event.key === "Enter" && search.current?.findNext(wanted)}
        />
        <Button size="xs" variant="default" onClick={() => search.current?.findNext(wanted)} disabled={wanted === ""}>
          Next
        </Button>
        <Button size="xs" variant="default" onClick={() => search.current?.findNext(FAILURE.source, { regex: true })}>
          First failure
        </Button>
      </Group>
      <div ref={box} data-terminal style={{ height: "50vh", background: "#10161b", padding: 6, borderRadius: 6 }} />
    </>
  );
}

/** xterm adds style elements while it opens: the page's policy lets in those that bear its nonce. */
function withNonce(nonce: string, work: () => void): void {
  const { createElement } = document;
  document.createElement = ((name: string, options?: ElementCreationOptions) => {
    const element = createElement.call(document, name, options);
    if (name.toLowerCase() === "style") element.nonce = nonce;
    return element;
  }) as typeof document.createElement;
  try {
    work();
  } finally {
    document.createElement = createElement;
  }
}
