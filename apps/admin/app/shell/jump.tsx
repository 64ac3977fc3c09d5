import { Spotlight, type SpotlightActionGroupData } from "@mantine/spotlight";
import { useEffect, useState } from "react";
import { useNavigate } from "react-router";
import { PAGES } from "../pages.ts";
import type { Found } from "./find.ts";
import { jumpStore } from "./jump-store.ts";

const PAUSE_MS = 150;

/** ⌘K, or Ctrl-K: jumps to any page, job, queue, lane, schedule or profile. */
export function Jump({ base }: { base: string }) {
  const navigate = useNavigate();
  const [query, setQuery] = useState("");
  const [found, setFound] = useState<Found[]>([]);
  useEffect(() => {
    if (query.trim() === "") {
      setFound([]);
      return;
    }
    const gone = new AbortController();
    const timer = setTimeout(async () => {
      const answer = await fetch(`${base}/find?q=${encodeURIComponent(query)}`, { signal: gone.signal }).catch(
        () => undefined,
      );
      if (answer?.ok) setFound(await answer.json().catch(() => []));
    }, PAUSE_MS);
    return () => {
      gone.abort();
      clearTimeout(timer);
    };
  }, [base, query]);
  const open = (path: string) => void navigate(path === "" ? base : `${base}/${path}`);
  const wanted = query.trim().toLowerCase();
  const pages = PAGES.filter(({ title }) => title.toLowerCase().includes(wanted));
  const groups = [...new Set(found.map((each) => each.group))];
  const actions: SpotlightActionGroupData[] = [
    {
      group: "Pages",
      actions: pages.map(({ path, title, key }) => ({
        id: `page-${path}`,
        label: title,
        description: `g ${key}`,
        onClick: () => open(path),
      })),
    },
    ...groups.map((group) => ({
      group,
      actions: found
        .filter((each) => each.group === group)
        .map(({ path, label, detail }) => ({ id: path, label, description: detail, onClick: () => open(path) })),
    })),
  ];
  return (
    <Spotlight
      store={jumpStore}
      actions={actions.filter((group) => group.actions.length > 0)}
      query={query}
      onQueryChange={setQuery}
      filter={(_query, all) => all}
      nothingFound="Nothing begins like that"
      attributes={{ content: { "aria-label": "Jump" } }}
      shortcut={null}
      searchProps={{
        placeholder: "Jump to a page, a job by id or name, a queue, a schedule …",
        "aria-label": "Jump to",
      }}
      scrollable
      maxHeight={420}
    />
  );
}
