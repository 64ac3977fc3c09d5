/**
 * Throw it from a handler to say that trying again cannot help: the job fails for good, whatever its class allows.
 * Any thrown error with a property `retry` set to `false` has the same effect.
 */
export class FatalError extends Error {
  override readonly name: string = "FatalError";
  readonly retry = false;
}
