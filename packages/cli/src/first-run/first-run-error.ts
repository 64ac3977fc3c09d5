/** The first run did not hold: what, where to look, and what to do. */
export class FirstRunError extends Error {
  override readonly name = "FirstRunError";
  readonly rule = "first_run.failed";
  readonly hint: string;

  constructor(message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.hint = hint;
  }
}

/** Throws unless the fact holds. */
export function must(fact: boolean, message: string, hint: string): asserts fact {
  if (!fact) throw new FirstRunError(message, hint);
}
