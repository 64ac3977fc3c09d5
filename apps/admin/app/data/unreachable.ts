/** The project did not answer. The page says so, and comes back by itself. */
export class Unreachable extends Response {
  constructor() {
    super(null, { status: 503, statusText: "the project does not answer" });
  }
}
