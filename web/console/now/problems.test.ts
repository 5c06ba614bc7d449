import { expect, test } from "vitest";
import type { Now } from "../api";
import { findProblems } from "./problems";

const CALM: Now = {
  at: "2026-11-21T23:00:00Z",
  breaker: { state: "UP", is_open: false, problem: "" },
  lock: { owner: "", run: "", ttl_s: 0, waiting: [], problem: "" },
  queues: [{ name: "deliveries", waiting: 0, running: 0, blocked: 0, oldest_at: null }],
  servers: [{ name: "glpi", kind: "mcp", is_up: true, code: "", reason: "", tools: 17 }],
  sites: [],
  open_incidents: 0,
  more_incidents: 0,
  open_approvals: 0,
  dead_letters: 0,
};

const texts = (now: Now) => findProblems(now).map(({ tone, text }) => `${tone} ${text}`);

test("where all is well there is nothing to see", () => {
  expect(findProblems(CALM)).toEqual([]);
});

test("what is down comes before what waits, with the system's own reason", () => {
  const now: Now = {
    ...CALM,
    open_approvals: 2,
    dead_letters: 1,
    breaker: { state: "DOWN", is_open: true, problem: "GLPI: no answer" },
    servers: [{ name: "ad", kind: "mcp", is_up: false, code: "unavailable", reason: "refused", tools: 0 }],
  };
  expect(texts(now)).toEqual(["bad glpiDown", "bad serverDown", "warn approvals", "warn letters"]);
  expect(findProblems(now)[0]?.reason).toBe("GLPI: no answer");
  expect(findProblems(now)[1]?.values).toEqual({ name: "ad" });
});

test("without Redis the lock is not complained about a second time", () => {
  const lock = { ...CALM.lock, problem: "Redis does not answer" };
  const redis = { name: "redis", kind: "redis", is_up: false, code: "x", reason: "", tools: 0 } as const;
  expect(texts({ ...CALM, lock, servers: [redis] })).toEqual(["bad serverDown"]);
  expect(texts({ ...CALM, lock })).toEqual(["bad lockUnknown"]);
});

test("a queue is slow by the orchestrator's clock, and only while something waits", () => {
  const old = { name: "tickets", waiting: 3, running: 0, blocked: 0, oldest_at: "2026-11-21T22:40:00Z" } as const;
  expect(texts({ ...CALM, queues: [old] })).toEqual(["warn queueSlow.tickets"]);
  expect(texts({ ...CALM, queues: [{ ...old, waiting: 0 }] })).toEqual([]);
});
