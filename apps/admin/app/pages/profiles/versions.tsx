import { Group, Select } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import { Ago } from "../../parts/ago.tsx";
import { Diff } from "../../parts/diff.tsx";
import { plural } from "../../parts/format.ts";
import { linesOf, type ProfileVersion } from "./profile.ts";

/** What changed from one version of a profile to another; at first, from the one before the newest. */
export function Versions({ name, versions }: { name: string; versions: readonly ProfileVersion[] }) {
  const newest = versions[0];
  const [before, setBefore] = useState(versions[1]?.version ?? newest?.version);
  const [after, setAfter] = useState(newest?.version);
  const of = (version: number | undefined) => versions.find((each) => each.version === version);
  const old = of(before);
  const next = of(after);
  const choices = versions.map(({ version }) => ({ value: String(version), label: `version ${version}` }));
  return (
    <section aria-label={`Versions of ${name}`} style={{ flexBasis: "100%", minWidth: 0 }}>
      <Group gap="xs" mb={6}>
        <Link to="?" preventScrollReset>
          Close
        </Link>
        {versions.length > 1 && (
          <>
            <Select
              aria-label="From version"
              size="xs"
              w={130}
              data={choices}
              value={String(before)}
              allowDeselect={false}
              onChange={(value) => setBefore(Number(value))}
            />
            to
            <Select
              aria-label="To version"
              size="xs"
              w={130}
              data={choices}
              value={String(after)}
              allowDeselect={false}
              onChange={(value) => setAfter(Number(value))}
            />
          </>
        )}
        {next && (
          <span className="dim">
            version {next.version} by {next.created_by_name}, <Ago at={next.created_at} />
          </span>
        )}
      </Group>
      {versions.length > 1 && old && next ? (
        <Diff
          before={linesOf(old)}
          after={linesOf(next)}
          label={`From version ${old.version} to version ${next.version} of ${name}`}
        />
      ) : (
        <div className="dim">It has {plural(versions.length, "version")}: there is nothing to compare.</div>
      )}
    </section>
  );
}
