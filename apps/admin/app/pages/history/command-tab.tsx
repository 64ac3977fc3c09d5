import { Stack, Text } from "@mantine/core";
import { Argv } from "../../parts/argv.tsx";
import { Empty, Facts, Section } from "../../parts/page.tsx";
import type { JobData } from "./job.tsx";

/** What was executed: the command line as it was kept, redacted, and what it was given. */
export function CommandTab({ job }: { job: JobData }) {
  const run = job.runs.find(({ argv }) => argv !== null);
  if (!run && !job.profile) {
    return (
      <Empty title="No command">
        This job is a function of a worker: what it was given and what it returned is under Metadata.
      </Empty>
    );
  }
  return (
    <Stack gap="md">
      {run && (
        <Section title={`Attempt ${run.attempt}`}>
          <Argv argv={run.argv ?? []} />
          <Facts
            facts={[
              [
                "Program",
                <span key="p" className="mono">
                  {run.program}
                </span>,
              ],
              [
                "Working directory",
                <span key="c" className="mono">
                  {run.cwd}
                </span>,
              ],
              ["Host", run.host],
              ["Process", run.command_pid],
            ]}
          />
        </Section>
      )}
      {job.profile && (
        <Section title={`Profile ${job.profile.name}, version ${job.profile.version}`}>
          <Argv argv={[job.profile.program, ...job.profile.args]} />
          <Facts
            facts={[
              ["Environment", job.profile.env.length > 0 ? job.profile.env.join(", ") : "nothing beyond the usual"],
              ["Terminal", job.profile.pty ? "a pty" : "pipes"],
            ]}
          />
          <Text size="xs" className="dim" mt={6}>
            NO SECRET VALUES SHOWN: names of environment variables are kept, values never.
          </Text>
        </Section>
      )}
    </Stack>
  );
}
