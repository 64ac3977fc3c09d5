/** What a refusal carries, whichever side raised it. */
export interface HoldfastErrorFields {
  /** The rule that was broken, without its prefix: `unknown_queue` for `holdfast.unknown_queue`. */
  rule: string;
  /** HTTP status of the refusal; 0 when no answer came at all. */
  status: number;
  /** One sentence that names the field and the rule. */
  message: string;
  /** What to do about it. */
  hint?: string | undefined;
  cause?: unknown;
}

/**
 * A refusal by Holdfast: SQL raises `PT4xx` with a sentence, `holdfast.<rule>` as its detail and the remedy as its hint,
 * and the Data API hands all three over. Branch on `rule`, never on the text.
 */
export class HoldfastError extends Error {
  override readonly name: string = "HoldfastError";
  readonly rule: string;
  readonly status: number;
  readonly hint: string | undefined;

  constructor(fields: HoldfastErrorFields) {
    super(fields.message, fields.cause === undefined ? undefined : { cause: fields.cause });
    this.rule = fields.rule;
    this.status = fields.status;
    this.hint = fields.hint;
  }
}

/** No answer came from the Data API: wrong address, nothing listening, or the network is away. Rule `unreachable`. */
export class UnreachableError extends HoldfastError {
  override readonly name = "UnreachableError";

  constructor(url: string, cause: unknown) {
    super({
      rule: "unreachable",
      status: 0,
      message: `the Data API at ${url} does not answer`,
      hint: "check the address and the network; a local stack is started with `holdfast up`",
      cause,
    });
  }
}
