import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { setNonce } from "get-nonce";
import { type ReactNode, StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { isWorthRetrying } from "./api";
import { cssVariables, theme } from "./theme";

/** What this answer's policy lets style elements be added with. */
function findNonce(): string {
  return document.querySelector<HTMLMetaElement>("meta[property=csp-nonce]")?.nonce ?? "";
}

/** How often and when answers are asked for again: never what the backend has refused. */
export function createQueries(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        networkMode: "always",
        staleTime: 10_000,
        retry: (count, error) => count < 2 && isWorthRetrying(error),
      },
      mutations: { retry: false, networkMode: "always" },
    },
  });
}

const RELOADED = "widip-reloaded";
const SOON_MS = 30_000;

/** A part that is no longer there: the page is of an older release. Not again and again: it may be the network. */
function reloadOnce(event: globalThis.Event): void {
  const last = Number(sessionStorage.getItem(RELOADED) ?? 0);
  if (Date.now() - last < SOON_MS) return;
  sessionStorage.setItem(RELOADED, String(Date.now()));
  event.preventDefault();
  location.reload();
}

/** Puts a page's root on the screen with all that its parts stand on: theme, queries, strict mode. */
export function showPage(root: ReactNode): void {
  const element = document.getElementById("root");
  if (element === null) throw new Error("no #root");
  setNonce(findNonce());
  window.addEventListener("vite:preloadError", reloadOnce);
  createRoot(element).render(
    <StrictMode>
      <MantineProvider
        theme={theme}
        cssVariablesResolver={cssVariables}
        defaultColorScheme="auto"
        getStyleNonce={findNonce}
      >
        <QueryClientProvider client={createQueries()}>{root}</QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}
