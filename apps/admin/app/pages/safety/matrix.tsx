/** A row of `holdfast.roles`. */
export interface Role {
  role: string;
  rank: number;
  sentence: string;
}

/** A row of `holdfast.verbs`, with what the signed-in person may (`holdfast.my_powers`). */
export interface Verb {
  verb: string;
  subject: string;
  least_role: string;
  needs_reason: boolean;
  needs_approval: boolean;
  persons_only: boolean;
  sentence: string;
  mine: boolean;
}

/** Who may do what: every act, on what, by which roles. What the person may do stands in a column of its own. */
export function Matrix({ verbs, roles, role }: { verbs: readonly Verb[]; roles: readonly Role[]; role: string }) {
  const rank = new Map(roles.map((each) => [each.role, each.rank]));
  const subjects = [...new Set(verbs.map(({ subject }) => subject))];
  return (
    <div className="hf-table-box hf-matrix" tabIndex={0} role="region" aria-label="Permission matrix">
      <table className="hf-table">
        <thead>
          <tr>
            <th scope="col">On</th>
            <th scope="col">Act</th>
            <th scope="col" className="hf-you">
              You
            </th>
            {roles.map((each) => (
              <th
                key={each.role}
                scope="col"
                title={each.sentence}
                aria-current={each.role === role || undefined}
                className={each.role === role ? "hf-you" : undefined}
              >
                {each.role}
              </th>
            ))}
            <th scope="col">What it does</th>
            <th scope="col">Takes</th>
          </tr>
        </thead>
        {subjects.map((subject) => {
          const acts = verbs.filter((each) => each.subject === subject);
          return (
            <tbody key={subject} id={`verbs-${subject}`}>
              {acts.map((each, place) => (
                <tr key={each.verb}>
                  {place === 0 && (
                    <th scope="rowgroup" rowSpan={acts.length}>
                      {subject.replaceAll("_", " ")}
                    </th>
                  )}
                  <td>
                    <b>{each.verb}</b>
                  </td>
                  <td className="hf-you">
                    <Tick yes={each.mine} />
                  </td>
                  {roles.map((one) => (
                    <td key={one.role} className={one.role === role ? "hf-you" : undefined}>
                      <Tick yes={one.rank >= (rank.get(each.least_role) ?? Number.POSITIVE_INFINITY)} />
                    </td>
                  ))}
                  <td className="prose">{each.sentence}</td>
                  <td className="dim prose">
                    {[
                      each.needs_reason && "a reason",
                      each.needs_approval && "another person's consent",
                      each.persons_only && "a person",
                    ]
                      .filter(Boolean)
                      .join(", ")}
                  </td>
                </tr>
              ))}
            </tbody>
          );
        })}
      </table>
    </div>
  );
}

function Tick({ yes }: { yes: boolean }) {
  return yes ? (
    <span role="img" aria-label="yes">
      ✓
    </span>
  ) : (
    <span className="dim" role="img" aria-label="no">
      ·
    </span>
  );
}
