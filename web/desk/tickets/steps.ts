import type { TicketDetail } from "../api";

export type StepState = "done" | "current" | "toCome";

/** One line of a ticket's way; key: of its text, with the technician's name where there is one. */
export interface Step {
  key:
    | "kept"
    | "received"
    | "inProgress"
    | "by"
    | "planned"
    | "plannedBySomebody"
    | "pending"
    | "solved"
    | "closed"
    | "merged"
    | "deleted";
  name: string;
  state: StepState;
}

type Told = Pick<TicketDetail, "status" | "technicians" | "synced_to_glpi" | "deleted_at" | "merged_into">;

/** A ticket's way from received to solved, and where on it it is. Pure. */
export function stepsOf(ticket: Told): Step[] {
  const name = ticket.technicians.join(", ");
  if (ticket.merged_into !== null) return [step("received", "done"), step("merged", "current")];
  if (ticket.deleted_at !== null) return [step("received", "done"), step("deleted", "current")];
  if (!ticket.synced_to_glpi) return [step("kept", "current"), step("inProgress", "toCome"), step("solved", "toCome")];
  const work = { ...step(workKey(ticket), "current"), name };
  switch (ticket.status) {
    case "new":
      return [step("received", "current"), step("inProgress", "toCome"), step("solved", "toCome")];
    case "resolved":
    case "closed":
      return [
        step("received", "done"),
        { ...work, key: name ? "by" : "inProgress", state: "done" },
        step(ticket.status === "closed" ? "closed" : "solved", "current"),
      ];
    default:
      return [step("received", "done"), work, step("solved", "toCome")];
  }
}

function workKey(ticket: Told): Step["key"] {
  const isTaken = ticket.technicians.length > 0;
  if (ticket.status === "pending") return "pending";
  if (ticket.status === "planned") return isTaken ? "planned" : "plannedBySomebody";
  return isTaken ? "by" : "inProgress";
}

const step = (key: Step["key"], state: StepState): Step => ({ key, name: "", state });

/** Whether the person can still write on it. */
export function isOpen(ticket: Pick<TicketDetail, "status" | "deleted_at">): boolean {
  return ticket.status !== "closed" && ticket.deleted_at === null;
}

export function isDone(status: TicketDetail["status"]): boolean {
  return status === "resolved" || status === "closed";
}
