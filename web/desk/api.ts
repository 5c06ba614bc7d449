import { queryOptions } from "@tanstack/react-query";
import { keep, recall } from "../ui/keep";
import { ApiProblem, createDeskApi, take } from "../ui/api";
import type { components } from "../ui/api/desk";

type Schemas = components["schemas"];
export type About = Schemas["About"];
export type Me = Schemas["Me"];
export type Summary = Schemas["Summary"];
export type Analyzed = Schemas["Analyzed"];
export type Ticketed = Schemas["Ticketed"];
export type TicketRow = Schemas["TicketRow"];
export type TicketDetail = Schemas["TicketDetail"];
export type Entry = Schemas["Entry"];
export type Unread = Schemas["Unread"];
export type Status = Schemas["desk__fields__Status"];
export type Category = Schemas["Category"];

export const api = createDeskApi();

const MINUTE_MS = 60_000;

const KEPT_ABOUT = "widip-about";

/** How to sign in and whom to call; the number to call is known without a connection, too, once it was seen. */
export const aboutQuery = queryOptions({
  queryKey: ["about"],
  queryFn: async () => {
    const about = await take(api.GET("/api/v1/about"));
    keep(KEPT_ABOUT, about);
    return about;
  },
  placeholderData: () => recall<About>(KEPT_ABOUT),
  refetchInterval: MINUTE_MS / 2,
});

/** Who is signed in; null for nobody. */
export const meQuery = queryOptions({
  queryKey: ["me"],
  queryFn: async (): Promise<Me | null> => {
    try {
      return await take(api.GET("/api/v1/me"));
    } catch (error) {
      if (error instanceof ApiProblem && error.status === 401) return null;
      throw error;
    }
  },
  staleTime: 5 * MINUTE_MS,
});

export const categoriesQuery = queryOptions({
  queryKey: ["categories"],
  queryFn: () => take(api.GET("/api/v1/categories")),
  staleTime: 10 * MINUTE_MS,
});

export const ticketQuery = (ticketId: number) =>
  queryOptions({
    queryKey: ["ticket", ticketId],
    queryFn: () => take(api.GET("/api/v1/tickets/{ticket_id}", { params: { path: { ticket_id: ticketId } } })),
    refetchInterval: MINUTE_MS,
  });

/** Whether the sign-in is over, so that the same may be asked again after a new one. */
export function isSignedOut(error: unknown): boolean {
  return error instanceof ApiProblem && error.code === "not_signed_in";
}
