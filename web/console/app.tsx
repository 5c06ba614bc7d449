import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { Router } from "wouter";
import { isSignedOut, sessionQuery } from "./api";
import { Failed, Loading } from "./parts/states";
import { Frame } from "./shell/frame";
import { SessionProvider } from "./shell/session";
import { SignInPage } from "./sign-in/signInPage";

/** The console: behind the sign-in, at /console. */
export function App() {
  const session = useQuery(sessionQuery);
  useSignedOut();
  if (session.data) {
    return (
      <SessionProvider value={session.data}>
        <Router base="/console">
          <Frame />
        </Router>
      </SessionProvider>
    );
  }
  if (session.data === null) return <SignInPage />;
  return (
    <main className="alone">
      {session.isError ? <Failed error={session.error} onRetry={() => void session.refetch()} /> : <Loading />}
    </main>
  );
}

/** Whatever is refused because the session is over leads to the sign-in; the address stays. */
function useSignedOut(): void {
  const queries = useQueryClient();
  useEffect(() => {
    const leave = (error: unknown) => {
      if (isSignedOut(error)) queries.setQueryData(sessionQuery.queryKey, null);
    };
    const stops = [
      // Only when it is refused: an old refusal is still there while somebody signs in again.
      queries.getQueryCache().subscribe((event) => {
        if (event.type === "updated" && event.action.type === "error") leave(event.action.error);
      }),
      queries.getMutationCache().subscribe((event) => {
        if (event.type === "updated" && event.action.type === "error") leave(event.action.error);
      }),
    ];
    return () => stops.forEach((stop) => stop());
  }, [queries]);
}
