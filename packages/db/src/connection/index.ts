export {
  type ConnectionTarget,
  ConnectionUrlError,
  checkConnectionUrl,
  readConnectionUrl,
  redactConnectionUrl,
} from "./connection-url.ts";
export {
  type ConnectionProblem,
  explainConnectionError,
  isConnectionError,
} from "./explain-error.ts";
