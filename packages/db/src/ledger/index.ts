export { createPool } from "../pool/create-pool.ts";
export {
  type ExportedEvent,
  type ExportedSeal,
  exportLedger,
  type LedgerFault,
  type LedgerSize,
  ledgerSize,
  newestSeal,
  verifyLedger,
} from "./ledger.ts";
