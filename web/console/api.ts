import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { ApiProblem, createOrchestratorApi, take } from "../ui/api";
import type { components } from "../ui/api/orchestrator";
import { isIdle } from "./shell/activity";

type Schemas = components["schemas"];
export type SignedIn = Schemas["SignedIn"];
export type Role = Schemas["OperatorRole"];
export type Now = Schemas["Now"];
export type IncidentNow = Schemas["IncidentNow"];
export type SiteNow = Schemas["SiteNow"];
export type IncidentRow = Schemas["IncidentRow"];
export type RunRow = Schemas["RunRow"];
export type RequestRow = Schemas["RequestRow"];
export type Timeline = Schemas["Timeline"];
export type TimelineEntry = Schemas["TimelineEntry"];
export type Evidence = Schemas["Evidence"];
export type ApprovalRow = Schemas["ApprovalRow"];
export type Step = Schemas["Step"];
export type DeadLetter = Schemas["DeadLetter"];
export type LetterKind = Schemas["LetterKind"];
export type ActLine = Schemas["ActLine"];
export type Plan = Schemas["Plan"];
export type Mode = Schemas["Mode"];
export type PlanMode = Schemas["PlanMode"];
export type PlanSummary = Schemas["PlanSummary"];
export type Statistics = Schemas["Statistics"];
export type Bucket = Schemas["Bucket"];
export type Durations = Schemas["Durations"];
export type By = Schemas["By"];

/** What has a timeline. */
export type Kind = "incidents" | "requests" | "runs";

export const OWN_HEADER = "x-widip-console";
export const IDLE_HEADER = "x-widip-idle";

const api = createOrchestratorApi();
api.use({
  onRequest({ request }) {
    request.headers.set(OWN_HEADER, "1");
    // What the page asks by itself does not keep a session alive.
    if (isIdle()) request.headers.set(IDLE_HEADER, "1");
    return request;
  },
});
export { api };

const NOW_MS = 20_000;
const PAGE = 50;

/** Who is signed in; null for nobody. */
export const sessionQuery = queryOptions({
  queryKey: ["session"],
  queryFn: async (): Promise<SignedIn | null> => {
    try {
      return await take(api.GET("/api/session"));
    } catch (error) {
      if (isSignedOut(error)) return null;
      throw error;
    }
  },
  staleTime: 60_000,
});

export const waysInQuery = queryOptions({
  queryKey: ["ways-in"],
  queryFn: () => take(api.GET("/api/sign-in")),
  refetchInterval: (query) => (query.state.status === "error" ? 5_000 : false),
});

/** Asked again by itself, live changes or not: it shows that the orchestrator still answers. */
export const nowQuery = queryOptions({
  queryKey: ["now"],
  queryFn: () => take(api.GET("/api/now")),
  refetchInterval: NOW_MS,
});

export type OpenState = "open" | "closed" | "all";

export const incidentsQuery = (state: OpenState, site: string) =>
  infiniteQueryOptions({
    queryKey: ["incidents", state, site],
    queryFn: ({ pageParam: cursor }) =>
      take(api.GET("/api/incidents", { params: { query: { state, limit: PAGE, ...given({ site, cursor }) } } })),
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
  });

export type RunState = "all" | "running" | "done" | "waiting" | "failed";

export const runsQuery = (state: RunState) =>
  infiniteQueryOptions({
    queryKey: ["runs", state],
    queryFn: ({ pageParam: cursor }) =>
      take(api.GET("/api/runs", { params: { query: { state, limit: PAGE, ...given({ cursor }) } } })),
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
  });

export const requestsQuery = (state: OpenState, ticket_id: number | null) =>
  infiniteQueryOptions({
    queryKey: ["requests", state, ticket_id],
    queryFn: ({ pageParam: cursor }) => {
      const query = { state, limit: PAGE, ...given({ cursor }), ...(ticket_id === null ? {} : { ticket_id }) };
      return take(api.GET("/api/requests", { params: { query } }));
    },
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
  });

export const incidentQuery = (key: string) =>
  queryOptions({
    queryKey: ["incident", key],
    queryFn: () => take(api.GET("/api/incidents/{key}", { params: { path: { key } } })),
  });

export const requestQuery = (key: string) =>
  queryOptions({
    queryKey: ["request", key],
    queryFn: () => take(api.GET("/api/requests/{key}", { params: { path: { key } } })),
  });

export const timelineQuery = (kind: Kind, key: string, limit: number) =>
  queryOptions({
    queryKey: ["timeline", kind, key, limit],
    queryFn: (): Promise<Timeline> => {
      const params = { path: { key }, query: { limit } };
      if (kind === "incidents") return take(api.GET("/api/incidents/{key}/timeline", { params }));
      if (kind === "requests") return take(api.GET("/api/requests/{key}/timeline", { params }));
      return take(api.GET("/api/runs/{key}/timeline", { params }));
    },
    placeholderData: (before) => before,
  });

/** The timeline as Markdown. */
export function readMarkdown(kind: Kind, key: string): Promise<string> {
  const asked = { params: { path: { key } }, parseAs: "text" } as const;
  if (kind === "incidents") return take(api.GET("/api/incidents/{key}/markdown", asked));
  if (kind === "requests") return take(api.GET("/api/requests/{key}/markdown", asked));
  return take(api.GET("/api/runs/{key}/markdown", asked));
}

export const openApprovalsQuery = queryOptions({
  queryKey: ["approvals", "open"],
  queryFn: () => take(api.GET("/api/approvals", { params: { query: { state: "open", limit: 200 } } })),
});

export const allApprovalsQuery = infiniteQueryOptions({
  queryKey: ["approvals", "all"],
  queryFn: ({ pageParam: cursor }) =>
    take(api.GET("/api/approvals", { params: { query: { state: "all", limit: PAGE, ...given({ cursor }) } } })),
  initialPageParam: "",
  getNextPageParam: (page) => page.next,
});

export const deadLettersQuery = (kind: LetterKind | "") =>
  infiniteQueryOptions({
    queryKey: ["letters", kind],
    queryFn: ({ pageParam: before }) =>
      take(
        api.GET("/api/dead-letters", {
          params: { query: { limit: PAGE, ...given({ before }), ...(kind === "" ? {} : { kind }) } },
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
  });

export const deadLetterQuery = (kind: LetterKind, key: string) =>
  queryOptions({
    queryKey: ["letter", kind, key],
    queryFn: () => take(api.GET("/api/dead-letters/{kind}/{key}", { params: { path: { kind, key } } })),
  });

export interface AuditFilters {
  actor: string;
  kind: string;
  subject: string;
  text: string;
  since: string;
  until: string;
}

export const auditQuery = (filters: AuditFilters) =>
  infiniteQueryOptions({
    queryKey: ["audit", filters],
    queryFn: ({ pageParam: cursor }) =>
      take(api.GET("/api/audit", { params: { query: { limit: 100, ...given({ ...filters, cursor }) } } })),
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
  });

export const journalQuery = (filters: AuditFilters) =>
  infiniteQueryOptions({
    queryKey: ["journal", filters],
    queryFn: ({ pageParam: cursor }) =>
      take(api.GET("/api/journal", { params: { query: { limit: 100, ...given({ ...filters, cursor }) } } })),
    initialPageParam: "",
    getNextPageParam: (page) => page.next,
  });

export const policiesQuery = queryOptions({
  queryKey: ["policies"],
  queryFn: () => take(api.GET("/api/policies")),
});

export const planModesQuery = (plan: Plan) =>
  queryOptions({
    queryKey: ["modes", plan],
    queryFn: () => take(api.GET("/api/policies/{plan}", { params: { path: { plan } } })),
  });

export const statisticsQuery = (days: number, by: By) =>
  queryOptions({
    queryKey: ["statistics", days, by],
    queryFn: () => {
      const until = new Date();
      const since = new Date(until.getTime() - days * 86_400_000);
      return take(
        api.GET("/api/statistics", {
          params: { query: { since: since.toISOString(), until: until.toISOString(), by } },
        }),
      );
    },
    staleTime: 60_000,
    placeholderData: (before) => before,
  });

/** The cookie is gone or no longer counts. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof ApiProblem && error.status === 401;
}

/** Parameters that say something: the backend refuses empty ones. */
export function given<Values extends Record<string, string>>(values: Values): Partial<Values> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== "")) as Partial<Values>;
}
