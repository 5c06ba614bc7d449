import type { Now } from "../api";

/** Something that is not as it should be. text: which sentence; values: for it; reason: what the system says; to: where it is dealt with. */
export interface Problem {
  tone: "bad" | "warn";
  text: string;
  values: Record<string, string | number>;
  reason: string;
  to: string;
}

const SLOW_MS = 10 * 60_000;

/** What is wrong or waits for a person, the worst first. */
export function findProblems(now: Now): Problem[] {
  const found = [
    ...ofGlpi(now),
    ...ofSystems(now),
    ...ofIncidents(now),
    ...ofQueues(now),
    ...counted(now.open_approvals, "approvals", "/approvals"),
    ...counted(now.dead_letters, "letters", "/dead-letters"),
  ];
  return [...found.filter(({ tone }) => tone === "bad"), ...found.filter(({ tone }) => tone === "warn")];
}

function ofGlpi({ breaker }: Now): Problem[] {
  if (breaker.is_open) return [bad("glpiDown", breaker.problem)];
  // The mere word of its check, before the first or without Redis.
  return breaker.state === "UP" ? [] : [warn("glpiUnknown", breaker.problem || breaker.state)];
}

function ofSystems({ servers, lock }: Now): Problem[] {
  const down = servers.filter((server) => !server.is_up);
  const lockAlone = lock.problem !== "" && !down.some(({ kind }) => kind === "redis");
  return [
    ...down.map(({ name, reason }) => ({ ...bad("serverDown", reason), values: { name } })),
    ...(lockAlone ? [bad("lockUnknown", lock.problem)] : []),
  ];
}

function ofIncidents({ sites }: Now): Problem[] {
  const waiting = sites.flatMap((site) => site.incidents).filter(({ waits_for }) => waits_for === "person").length;
  return waiting ? [{ ...bad("incidentsStuck", ""), values: { count: waiting }, to: "/incidents" }] : [];
}

/** at: the snapshot's own clock, so that a wrong one here says nothing. */
function ofQueues({ queues, at }: Now): Problem[] {
  const slow = queues.filter(
    ({ waiting, oldest_at }) => waiting > 0 && oldest_at !== null && Date.parse(at) - Date.parse(oldest_at) > SLOW_MS,
  );
  return slow.map(({ name, waiting }) => ({ ...warn(`queueSlow.${name}`, ""), values: { count: waiting } }));
}

function counted(count: number, text: string, to: string): Problem[] {
  return count ? [{ ...warn(text, ""), values: { count }, to }] : [];
}

const bad = (text: string, reason: string): Problem => ({ tone: "bad", text, values: {}, reason, to: "" });
const warn = (text: string, reason: string): Problem => ({ ...bad(text, reason), tone: "warn" });
