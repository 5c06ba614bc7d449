import type { QueryKey } from "@tanstack/react-query";
import type { components } from "../../ui/api/orchestrator";

export type Change = Pick<components["schemas"]["ChangeEvent"], "kind" | "key">;

const REQUEST = "request:";
/** `obs-12.r2` and `obs-12.3` are runs of the incident `obs-12`. */
const ROUND = /\.r?\d+$/;

/** Which answers a change makes old. An empty list of lists means all of them. */
export function staleAfter({ kind, key }: Change): QueryKey[] {
  switch (kind) {
    case "now":
      return [["now"]];
    case "incident":
      return [["now"], ["incidents"], ["incident", key], ["timeline", "incidents", key], ["letters"]];
    case "run":
      return [["runs"], ["timeline", "runs", key], ...timelinesOf(key)];
    case "request":
      return [["now"], ["requests"], ["request", key], ["timeline", "requests", key]];
    case "approval":
      return [["now"], ["approvals"]];
    case "switch":
      return [["policies"], ["modes"]];
    case "dead_letters":
      return [["now"], ["letters"]];
    case "reset":
      return [[]];
  }
}

function timelinesOf(runId: string): QueryKey[] {
  if (runId.startsWith(REQUEST)) return [["timeline", "requests", runId.slice(REQUEST.length)]];
  return [["timeline", "incidents", runId.replace(ROUND, "")]];
}

/** Every key once. */
export function withoutRepeats(keys: QueryKey[]): QueryKey[] {
  return [...new Map(keys.map((key) => [JSON.stringify(key), key])).values()];
}
