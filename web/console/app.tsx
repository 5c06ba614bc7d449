import { useQuery } from "@tanstack/react-query";
import { Router } from "wouter";
import { useSignedOut } from "../ui/signedOut";
import { isSignedOut, sessionQuery } from "./api";
import { Failed, Loading } from "./parts/states";
import { Frame } from "./shell/frame";
import { SessionProvider } from "./shell/session";
import { SignInPage } from "./sign-in/signInPage";

/** The console: behind the sign-in, at /console. */
export function App() {
  const session = useQuery(sessionQuery);
  useSignedOut(isSignedOut, sessionQuery.queryKey);
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
