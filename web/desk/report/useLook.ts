import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { aboutQuery, type Summary } from "../api";
import type { Look } from "../live/news";
import { lookKey } from "../live/useLive";

const PATIENCE_MS = 15_000;

/** Whether the model still reads (`waiting`), brought something (`here`), could not (`away`), or is not asked. */
export interface SecondLookState {
  state: "none" | "waiting" | "here" | "away";
  summary: Summary | null;
  masked: string;
}

const NONE: SecondLookState = { state: "none", summary: null, masked: "" };

/** What the WebSocket brought for a session. Nobody waits for it longer than it may take. */
export function useLook(sessionId: string): SecondLookState {
  const hasModel = useQuery(aboutQuery).data?.has_model ?? false;
  const { data } = useQuery<Look>({ queryKey: lookKey(sessionId), enabled: false });
  const [isLate, setIsLate] = useState(false);
  useEffect(() => {
    const timer = window.setTimeout(() => setIsLate(true), PATIENCE_MS);
    return () => window.clearTimeout(timer);
  }, [sessionId]);
  if (data) return { state: data.summary ? "here" : "away", summary: data.summary, masked: data.masked };
  if (!hasModel) return NONE;
  return { ...NONE, state: isLate ? "away" : "waiting" };
}
