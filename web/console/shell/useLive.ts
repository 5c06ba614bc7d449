import { useQueryClient, type QueryKey } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { sessionQuery } from "../api";
import { staleAfter, withoutRepeats } from "./changes";
import { type Connection, followChanges } from "./live";

/** Changes that come together are read again together. */
const TOGETHER_MS = 150;

/** Keeps what is on the screen up to date; says whether the line to the orchestrator holds. */
export function useLive(): Connection {
  const queries = useQueryClient();
  const [connection, setConnection] = useState<Connection>({ state: "begin" });
  useEffect(() => {
    let waiting: QueryKey[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const readAgain = () => {
      for (const queryKey of withoutRepeats(waiting)) void queries.invalidateQueries({ queryKey });
      waiting = [];
      timer = undefined;
    };
    const stop = followChanges({
      onConnection: setConnection,
      onChange: (change) => {
        waiting.push(...staleAfter(change));
        timer ??= setTimeout(readAgain, TOGETHER_MS);
      },
      onSignedOut: () => queries.setQueryData(sessionQuery.queryKey, null),
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [queries]);
  return connection;
}
