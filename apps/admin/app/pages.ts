/** One page of the navigation. */
export interface Page {
  /** Under /w/<workspace>/; empty for the first page. */
  path: string;
  title: string;
  /** What the navigation says, where the title is too long for it. */
  short?: string;
  /** `g`, then this letter, opens it. */
  key: string;
  /** Name of its icon in shell/icons.ts. */
  icon: string;
  /** The module with its loader and its component, under app/. */
  file: string;
  /** Routes under it, shown inside it: a drawer with an address of its own. */
  children?: readonly { path: string; file: string }[];
  /** The name of its count in the shell's loader, if the navigation shows one. */
  count?: "approvals" | "reviews" | "incidents";
}

/** Every page, in the order of the navigation. To add one: its file, and a line here. */
export const PAGES: readonly Page[] = [
  { path: "", title: "Command center", key: "c", icon: "gauge", file: "pages/command-center.tsx" },
  {
    path: "history",
    title: "History",
    key: "h",
    icon: "history",
    file: "pages/history/history.tsx",
    children: [{ path: ":job/:tab?", file: "pages/history/job.tsx" }],
  },
  { path: "queues", title: "Queues and lanes", key: "q", icon: "queues", file: "pages/queues.tsx" },
  { path: "workers", title: "Workers", key: "w", icon: "workers", file: "pages/workers.tsx" },
  { path: "schedules", title: "Schedules", key: "s", icon: "schedules", file: "pages/schedules.tsx" },
  {
    path: "approvals",
    title: "Approvals",
    key: "a",
    icon: "approvals",
    file: "pages/approvals.tsx",
    count: "approvals",
  },
  {
    path: "reviews",
    title: "Quarantine and dead letters",
    short: "Quarantine",
    key: "d",
    icon: "reviews",
    file: "pages/reviews.tsx",
    count: "reviews",
  },
  { path: "costs", title: "Costs", key: "m", icon: "costs", file: "pages/costs.tsx" },
  { path: "safety", title: "Safety", key: "x", icon: "safety", file: "pages/safety.tsx" },
  {
    path: "incidents",
    title: "Incidents",
    key: "i",
    icon: "incidents",
    file: "pages/incidents.tsx",
    count: "incidents",
  },
  { path: "ledger", title: "Ledger", key: "l", icon: "ledger", file: "pages/ledger.tsx" },
  { path: "profiles", title: "Profiles", key: "p", icon: "profiles", file: "pages/profiles.tsx" },
];
