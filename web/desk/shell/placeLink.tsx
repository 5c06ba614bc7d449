import { Anchor, type AnchorProps } from "@mantine/core";
import type { MouseEvent, ReactNode } from "react";
import { go, pathOf, type Place } from "./place";

interface Props extends AnchorProps {
  to: Place;
  isCurrent?: boolean;
  children: ReactNode;
}

/** A link within the page; opened in a new tab as any other. */
export function PlaceLink({ to, isCurrent, children, ...rest }: Props) {
  const follow = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    go(to);
  };
  return (
    <Anchor href={pathOf(to)} onClick={follow} {...(isCurrent ? { "aria-current": "page" as const } : {})} {...rest}>
      {children}
    </Anchor>
  );
}
