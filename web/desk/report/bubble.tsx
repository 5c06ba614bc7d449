import { VisuallyHidden } from "@mantine/core";
import type { ReactNode } from "react";
import { useTexts } from "../texts/useTexts";

/** One thing that was said, by the person or by us. */
export function Bubble({ isMine, children }: { isMine?: boolean; children: ReactNode }) {
  const { t } = useTexts();
  return (
    <div className={`bubble ${isMine ? "mine" : "theirs"}`}>
      <VisuallyHidden>{t(isMine ? "report.you" : "report.desk")} : </VisuallyHidden>
      {children}
    </div>
  );
}
