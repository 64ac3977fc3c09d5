import { addCommand, asPerson, onCall, type Program } from "../command.ts";
import { openHoldfast } from "../session/open.ts";
import { printRows } from "./acting.ts";

/** A row of `holdfast.verbs`. */
interface Verb {
  verb: string;
  subject: string;
  least_role: string;
  needs_reason: boolean;
  needs_approval: boolean;
  persons_only: boolean;
  sentence: string;
}

/** `holdfast verbs`: every act, and who may do it. */
export function addVerbs(program: Program): void {
  const command = asPerson(
    addCommand(program, "verbs", "List every act: on what, the least role it takes, and what it needs", [
      "holdfast verbs",
      "holdfast verbs stop",
    ]),
  ).argument("[subject]", "only acts on this subject");
  onCall(program, command, async (context, _options, [subject]) => {
    const holdfast = await openHoldfast(context);
    const verbs = await holdfast.data.read<Verb[]>((db) => {
      const all = db.from("verbs").select("*");
      return (subject === undefined ? all : all.eq("subject", subject)).order("subject").order("verb");
    });
    printRows(
      context,
      verbs,
      `there is no act on "${subject}"; holdfast verbs lists all`,
      [
        { title: "act" },
        { title: "on" },
        { title: "least role" },
        { title: "needs" },
        { title: "what it does", flexible: true },
      ],
      (verb) => [verb.verb, verb.subject, verb.least_role, needs(verb), verb.sentence],
    );
  });
}

function needs(verb: Verb): string {
  const parts = [
    verb.needs_reason ? "a reason" : "",
    verb.needs_approval ? "another's consent" : "",
    verb.persons_only ? "a person" : "",
  ];
  return parts.filter((part) => part !== "").join(", ") || " ";
}
