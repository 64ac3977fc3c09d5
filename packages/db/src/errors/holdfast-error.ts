/** What {@link HoldfastError} is made from. */
export interface HoldfastErrorFields {
  /** The rule without its prefix, e.g. `lease_lost` for `holdfast.lease_lost`. */
  rule: string;
  /** HTTP status that the Data API gives the same error, e.g. 409. */
  status: number;
  message: string;
  /** What to do about it, when the database says so. */
  hint?: string | undefined;
  cause?: unknown;
}

/**
 * A refusal by one of Holdfast's rules, as raised in SQL with SQLSTATE `PT4xx` and detail `holdfast.<rule>`.
 *
 * Compare `rule`, never the message: `error instanceof HoldfastError && error.rule === "lease_lost"`.
 */
export class HoldfastError extends Error {
  override readonly name = "HoldfastError";
  readonly rule: string;
  readonly status: number;
  readonly hint: string | undefined;

  constructor(fields: HoldfastErrorFields) {
    super(fields.message, { cause: fields.cause });
    this.rule = fields.rule;
    this.status = fields.status;
    this.hint = fields.hint;
  }
}

/** Whether `error` is the refusal of one named rule. */
export function isRefusal(error: unknown, rule: string): error is HoldfastError {
  return error instanceof HoldfastError && error.rule === rule;
}
