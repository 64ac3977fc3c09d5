import {
  Banknote,
  CalendarClock,
  Cpu,
  FileTerminal,
  Gauge,
  History,
  Layers,
  type LucideIcon,
  OctagonX,
  ScrollText,
  ShieldAlert,
  Stamp,
  TriangleAlert,
} from "lucide-react";

/** The icons of the navigation, by the names that pages.ts uses. */
export const ICONS: Record<string, LucideIcon> = {
  gauge: Gauge,
  history: History,
  queues: Layers,
  workers: Cpu,
  schedules: CalendarClock,
  approvals: Stamp,
  reviews: TriangleAlert,
  costs: Banknote,
  safety: OctagonX,
  incidents: ShieldAlert,
  ledger: ScrollText,
  profiles: FileTerminal,
};
