import { type ActionFunctionArgs, type LoaderFunctionArgs, redirect, useLoaderData } from "react-router";
import { z } from "zod";
import { type Asked, holdfastContext, read } from "../data/holdfast.server.ts";
import { keep } from "../data/keep.ts";
import { peopleOf } from "../data/people.server.ts";
import { malformed, type Refusal, refusalOf } from "../data/refusal.server.ts";
import { Empty, Page, Section } from "../parts/page.tsx";
import { type Kind, Kinds } from "./profiles/kinds.tsx";
import type { Profile, ProfileVersion } from "./profiles/profile.ts";
import { ProfileCard } from "./profiles/profile-card.tsx";

/** The most versions that are offered for comparing. */
const VERSIONS = 200;

export async function loader(args: LoaderFunctionArgs) {
  const open = args.url.searchParams.get("versions");
  return read(args as Asked, async ({ data }) => {
    const workspace = await data.workspaceId();
    const versionsOf = async (name: string): Promise<ProfileVersion[]> => {
      const [person, rows] = await Promise.all([
        peopleOf(data, workspace),
        data.read<(ProfileVersion & { created_by: string })[]>((db) =>
          db
            .from("profiles")
            .select("*")
            .eq("workspace_id", workspace)
            .eq("name", name)
            .order("version", { ascending: false })
            .limit(VERSIONS),
        ),
      ]);
      return rows.map((row) => ({ ...row, created_by_name: person(row.created_by) }));
    };
    const [profiles, kinds, classes, powers, versions] = await Promise.all([
      data.read<Profile[]>((db) => db.from("profile_overview").select("*").eq("workspace_id", workspace).order("name")),
      data.read<Omit<Kind, "needs_approval">[]>((db) =>
        db
          .from("kinds")
          .select("name, mode, description, payload_schema, queue, lane, class, timeout_seconds, updated_at")
          .eq("workspace_id", workspace)
          .is("profile", null)
          .order("name"),
      ),
      data.read<{ name: string }[]>((db) =>
        db.from("job_classes").select("name").eq("workspace_id", workspace).eq("needs_approval", true),
      ),
      data.read<{ verb: string }[]>((db) =>
        db.from("my_powers").select("verb").eq("workspace_id", workspace).eq("verb", "enqueue").eq("subject", "job"),
      ),
      open === null ? undefined : versionsOf(open),
    ]);
    const consents = new Set(classes.map(({ name }) => name));
    return {
      profiles,
      kinds: kinds.map((kind): Kind => ({ ...kind, needs_approval: consents.has(kind.class) })),
      runs: powers.length > 0,
      open: versions && { name: open, versions },
    };
  });
}

const Form = z.object({
  kind: z.string().min(1),
  name: z.string(),
  payload: z.string().transform((text, context): unknown => {
    try {
      return JSON.parse(text);
    } catch {
      context.addIssue("is not JSON");
      return z.NEVER;
    }
  }),
});

/** Enqueues one job of a kind as the signed-in person, and goes to its page. A refusal is an answer for the form. */
export async function action({ request, context, params }: ActionFunctionArgs): Promise<Refusal | Response> {
  const form = Form.safeParse(Object.fromEntries(await request.formData()));
  if (!form.success) return malformed(form.error.issues[0]);
  const { kind, payload, name } = form.data;
  try {
    const job = await context
      .get(holdfastContext)
      .enqueue(kind, payload, { trigger: "manual", name: name.trim() || undefined });
    return redirect(`/w/${params.workspace}/history/${job.id}`);
  } catch (error) {
    return refusalOf(error);
  }
}

export const clientLoader = keep();

export default function Profiles() {
  const { profiles, kinds, runs, open } = useLoaderData<typeof loader>();
  return (
    <Page title="Profiles">
      <Section title="Commands">
        {profiles.length === 0 ? (
          <Empty title="No profile">
            A profile is an allow-listed way to run a command: a program, its arguments with places for parameters, and
            the names of the environment variables it gets. An admin adds one by an insert into{" "}
            <code>holdfast.profiles</code>; each further insert of the same name is its next version.
          </Empty>
        ) : (
          <div className="hf-cards">
            {profiles.map((profile) => (
              <ProfileCard
                key={profile.name}
                profile={profile}
                versions={open?.name === profile.name ? open.versions : undefined}
                runs={runs}
              />
            ))}
          </div>
        )}
      </Section>
      <Section title="Functions and other kinds">
        <Kinds kinds={kinds} runs={runs} />
      </Section>
    </Page>
  );
}
