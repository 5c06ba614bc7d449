import { useTranslation } from "react-i18next";
import type { Step } from "../api";

/** What exactly is done, in order. */
export function Steps({ steps }: { steps: Step[] }) {
  const { t } = useTranslation();
  return (
    <ol className="steps">
      {steps.map((step, number) => {
        const isMail = step.deed.startsWith("mail");
        return (
          <li key={number}>
            {t(`deed.${step.deed}`)} <strong>{step.name || step.on}</strong>
            {step.name && <span className="code"> {step.on}</span>}
            {(step.more ?? []).length > 0 && (
              <span className="quietText">
                {" "}
                {(step.more ?? []).map((one) => (isMail ? t(`recipient.${one}`, one) : one)).join(" · ")}
              </span>
            )}
          </li>
        );
      })}
    </ol>
  );
}
