import { ByteAutomaton } from "./byte-automaton.ts";
import { Redactor } from "./redactor.ts";
import { secretForms } from "./secret-forms.ts";

/** Makes redactors (one per stream) that share one table of the secrets of a run. */
export class Redaction {
  readonly #automaton: ByteAutomaton | null;

  /** `values`: the variables whose values must not be stored, by name. */
  constructor(values: Readonly<Record<string, string>>) {
    const forms = secretForms(values);
    this.#automaton = forms.length > 0 ? new ByteAutomaton(forms) : null;
  }

  /** A redactor for one stream. */
  stream(): Redactor {
    return new Redactor(this.#automaton);
  }

  /** Redacts a whole text (an argument, a message). */
  text(text: string): string {
    if (!this.#automaton) return text;
    const redactor = this.stream();
    return Buffer.concat([Buffer.from(redactor.push(Buffer.from(text))), redactor.end()]).toString();
  }
}
