import { VisuallyHidden } from "@mantine/core";
import { useTexts } from "../texts/useTexts";
import type { TicketDetail } from "../api";
import { type Step, stepsOf } from "./steps";

/** The way of a ticket; what it is at now is read out when it changes. */
export function StatusLine({ ticket }: { ticket: TicketDetail }) {
  const { t } = useTexts();
  const steps = stepsOf(ticket);
  const word = (step: Step) => t(`line.${step.key}`, { name: step.name });
  const current = steps.find((step) => step.state === "current");
  return (
    <div>
      <VisuallyHidden role="status">{current && `${t("status.label")} : ${word(current)}`}</VisuallyHidden>
      <ol className="steps" aria-label={t("status.label")}>
        {steps.map((step) => (
          <li
            key={step.key}
            className="step"
            data-state={step.state}
            {...(step.state === "current" && { "aria-current": "step" as const })}
          >
            {word(step)}
            {step.state !== "current" && <VisuallyHidden> ({t(`line.${step.state}`)})</VisuallyHidden>}
          </li>
        ))}
      </ol>
    </div>
  );
}
