import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { meQuery } from "../api";
import { type Look, parseNews, pauseBefore } from "./news";

const NOT_ALLOWED = 4403;

/** Whether changes come as they happen; `off` while nobody is signed in. */
export type Connection = "off" | "live" | "cut";

export const lookKey = (sessionId: string) => ["look", sessionId];

/** Listens to /ws for who is signed in, and has what changed asked for again. A cut loses nothing. */
export function useLive(isSignedIn: boolean): Connection {
  const queries = useQueryClient();
  const [connection, setConnection] = useState<Connection>("off");
  useEffect(() => {
    if (!isSignedIn) return;
    const close = listen(queries, setConnection);
    return () => {
      close();
      setConnection("off");
    };
  }, [isSignedIn, queries]);
  return connection;
}

function listen(queries: QueryClient, tell: (connection: Connection) => void): () => void {
  let socket: WebSocket;
  let timer = 0;
  let tries = 0;
  let line: number | null = null;
  let isOver = false;

  const connect = () => {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    socket = new WebSocket(`${scheme}://${location.host}/ws${line === null ? "" : `?after=${line}`}`);
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      const news = parseNews(data);
      if (news === null) return;
      // What happened between the page's first questions and this line, nobody tells.
      if (line === null) void askAgain(queries, "ticket", "tickets");
      line = news.id;
      if (tries > 0) void askAgain(queries, "about");
      tries = 0;
      tell("live");
      if (news.kind === "refined") queries.setQueryData<Look>(lookKey(news.sessionId), news.look);
      if (news.kind === "ticket") {
        void queries.invalidateQueries({ queryKey: ["ticket", news.ticketId] });
        void queries.invalidateQueries({ queryKey: ["tickets"] });
      }
    };
    socket.onclose = ({ code }) => {
      if (isOver) return;
      if (code === NOT_ALLOWED) {
        void queries.invalidateQueries({ queryKey: meQuery.queryKey });
        return;
      }
      tell("cut");
      timer = window.setTimeout(connect, pauseBefore(tries));
      tries += 1;
    };
  };

  const now = () => {
    if (socket.readyState !== WebSocket.CLOSED) return;
    window.clearTimeout(timer);
    connect();
  };
  connect();
  window.addEventListener("online", now);
  return () => {
    isOver = true;
    window.clearTimeout(timer);
    window.removeEventListener("online", now);
    socket.close();
  };
}

async function askAgain(queries: QueryClient, ...names: string[]): Promise<void> {
  await Promise.all(names.map((name) => queries.invalidateQueries({ queryKey: [name] })));
}
