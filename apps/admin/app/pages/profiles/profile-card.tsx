import { Group } from "@mantine/core";
import { Link, useParams } from "react-router";
import { Ago } from "../../parts/ago.tsx";
import { Argv } from "../../parts/argv.tsx";
import { duration, plural } from "../../parts/format.ts";
import { Json } from "../../parts/page.tsx";
import type { Profile, ProfileVersion } from "./profile.ts";
import { RunButton } from "./run-form.tsx";
import { Versions } from "./versions.tsx";

/** One allow-listed way to run a command: what would be executed, with what, and where. */
export function ProfileCard({
  profile,
  versions,
  runs,
}: {
  profile: Profile;
  /** All its versions, newest first, while they are looked at. */
  versions: readonly ProfileVersion[] | undefined;
  /** Whether the person may enqueue. */
  runs: boolean;
}) {
  const { workspace } = useParams();
  const { name } = profile;
  return (
    <article className="hf-card hf-row" id={name} aria-labelledby={`profile-${name}`}>
      <Group justify="space-between" gap="xs" mb={4} align="start">
        <div style={{ minWidth: 0 }}>
          <h3 id={`profile-${name}`} className="hf-name">
            {name} <span className="dim num">version {profile.version}</span>
          </h3>
          {profile.description && <div className="dim">{profile.description}</div>}
        </div>
        {runs && (
          <RunButton
            runnable={{
              kind: name,
              schema: profile.parameter_schema,
              description: profile.description,
              needsApproval: profile.needs_approval,
            }}
          />
        )}
      </Group>
      <Argv argv={[profile.program, ...profile.args]} label={`Command of ${name}`} />
      <div className="hf-schedule" style={{ marginTop: 6 }}>
        <div>
          <h4 className="hf-part">Environment (names only)</h4>
          {profile.env.length === 0 ? (
            <span className="dim">nothing beyond the usual</span>
          ) : (
            <span className="mono">{profile.env.join(", ")}</span>
          )}
        </div>
        <div>
          <h4 className="hf-part">Where</h4>
          lane {profile.lane}, queue {profile.queue}
          <div className="dim">
            {profile.cwd === null ? "in the run's own directory" : <span className="mono">{profile.cwd}</span>},{" "}
            {profile.pty ? "on a pty" : "on pipes"}
          </div>
        </div>
        <div>
          <h4 className="hf-part">Class</h4>
          {profile.class}
          {profile.needs_approval && ": each job waits for consent"}
          <div className="dim">
            {profile.timeout_seconds === null ? "the class's timeout" : `${duration(profile.timeout_seconds)} at most`},{" "}
            {duration(profile.grace_seconds).replace(/\.0 s/, " s")} to end when asked
          </div>
        </div>
        <div>
          <h4 className="hf-part">Jobs</h4>
          <Link to={`/w/${workspace}/history?profile=${encodeURIComponent(name)}`} aria-label={`All jobs of ${name}`}>
            all jobs
          </Link>
          <div className="dim">
            this version by {profile.created_by_name}, <Ago at={profile.created_at} />
          </div>
        </div>
      </div>
      <div style={{ display: "flex", flexWrap: "wrap", gap: "0 1.2rem", marginTop: 6 }}>
        <details>
          <summary className="dim" aria-label={`Parameters of ${name}`}>
            Parameters
          </summary>
          <Json value={profile.parameter_schema} label={`Parameters of ${name}`} />
        </details>
        {versions ? (
          <Versions name={name} versions={versions} />
        ) : (
          <Link
            to={`?versions=${encodeURIComponent(name)}`}
            preventScrollReset
            aria-label={`${plural(profile.version, "version")} of ${name}`}
          >
            {plural(profile.version, "version")}
          </Link>
        )}
      </div>
    </article>
  );
}
