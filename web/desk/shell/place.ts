import { useSyncExternalStore } from "react";

/** Where in the page one is; its address says so, and the browser's back button works. */
export type Place = { view: "report" } | { view: "tickets" } | { view: "ticket"; ticketId: number };

export function parsePlace(path: string): Place {
  const found = /^\/tickets\/(\d{1,10})\/?$/.exec(path);
  if (found) return { view: "ticket", ticketId: Number(found[1]) };
  return /^\/tickets\/?$/.test(path) ? { view: "tickets" } : { view: "report" };
}

export function pathOf(place: Place): string {
  if (place.view === "ticket") return `/tickets/${place.ticketId}`;
  return place.view === "tickets" ? "/tickets" : "/";
}

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("popstate", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("popstate", listener);
  };
}

export function go(place: Place): void {
  if (pathOf(place) !== location.pathname) history.pushState(null, "", pathOf(place));
  listeners.forEach((listener) => listener());
  window.scrollTo(0, 0);
}

export function usePlace(): Place {
  return parsePlace(useSyncExternalStore(subscribe, () => location.pathname));
}
