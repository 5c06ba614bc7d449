import { expect, it } from "vitest";
import { stepsOf } from "./steps";
import { holds } from "./useReply";

const TICKET = {
  status: "new",
  technicians: [] as string[],
  synced_to_glpi: true,
  deleted_at: null,
  merged_into: null,
} as const;
const current = (ticket: Parameters<typeof stepsOf>[0]) => stepsOf(ticket).find((step) => step.state === "current");

it("shows where a ticket is, and with whom", () => {
  expect(current({ ...TICKET, technicians: [], synced_to_glpi: false })?.key).toBe("kept");
  expect(current({ ...TICKET, technicians: [] })?.key).toBe("received");
  expect(current({ ...TICKET, status: "in_progress", technicians: ["Amélie"] })).toMatchObject({
    key: "by",
    name: "Amélie",
  });
  expect(current({ ...TICKET, status: "planned", technicians: [] })?.key).toBe("plannedBySomebody");
  expect(current({ ...TICKET, status: "pending", technicians: ["Amélie"] })?.key).toBe("pending");
  expect(current({ ...TICKET, status: "resolved", technicians: [] })?.key).toBe("solved");
  expect(current({ ...TICKET, status: "closed", technicians: [] })?.key).toBe("closed");
  expect(current({ ...TICKET, technicians: [], deleted_at: "2026-11-21T12:00:00Z" })?.key).toBe("deleted");
  const other = { glpi_ticket_id: 7, ticket_id: null, number: null };
  expect(current({ ...TICKET, deleted_at: "2026-11-21T12:00:00Z", merged_into: other })?.key).toBe("merged");
});

it("finds a message again that GLPI has with other blanks", () => {
  const entry = {
    kind: "followup",
    entry_id: 1,
    at: null,
    by: "requester",
    text: "Deux\nlignes",
    is_cut: false,
  } as const;

  expect(holds({ timeline: [entry], unread: [] }, "Deux  lignes ")).toBe(true);
  expect(holds({ timeline: [{ ...entry, by: "technician" }], unread: [] }, "Deux lignes")).toBe(false);
  expect(holds({ timeline: [], unread: [{ kind: "followup", at: "", text: "Deux lignes" }] }, "Deux lignes")).toBe(
    true,
  );
});
