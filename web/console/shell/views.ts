import { lazy } from "react";

/** Every view with its address under /console and its name in the texts. In the order of the menu. */
export const VIEWS = [
  { name: "now", path: "/" },
  { name: "incidents", path: "/incidents" },
  { name: "requests", path: "/requests" },
  { name: "approvals", path: "/approvals" },
  { name: "runs", path: "/runs" },
  { name: "letters", path: "/dead-letters" },
  { name: "audit", path: "/audit" },
  { name: "policies", path: "/policies" },
  { name: "statistics", path: "/statistics" },
] as const;
export type ViewName = (typeof VIEWS)[number]["name"];

/** Each view is a file of its own, loaded when it is first shown. */
export const PAGES = [
  { path: "/", page: lazy(() => import("../now/nowPage")) },
  { path: "/incidents", page: lazy(() => import("../incidents/incidentsPage")) },
  { path: "/incidents/:key", page: lazy(() => import("../incidents/incidentPage")) },
  { path: "/requests", page: lazy(() => import("../requests/requestsPage")) },
  { path: "/requests/:key", page: lazy(() => import("../requests/requestPage")) },
  { path: "/approvals", page: lazy(() => import("../approvals/approvalsPage")) },
  { path: "/runs", page: lazy(() => import("../runs/runsPage")) },
  { path: "/runs/:key", page: lazy(() => import("../runs/runPage")) },
  { path: "/dead-letters", page: lazy(() => import("../dead-letters/deadLettersPage")) },
  { path: "/dead-letters/:kind/:key", page: lazy(() => import("../dead-letters/deadLetterPage")) },
  { path: "/audit", page: lazy(() => import("../audit/auditPage")) },
  { path: "/policies", page: lazy(() => import("../policies/policiesPage")) },
  { path: "/policies/:key", page: lazy(() => import("../policies/planPage")) },
  { path: "/statistics", page: lazy(() => import("../statistics/statisticsPage")) },
];

/** The address of one thing. Keys hold colons and dots. */
export const pathTo = (view: string, ...keys: string[]): string =>
  [`/${view}`, ...keys.map((key) => encodeURIComponent(key))].join("/");
