import { Title, type TitleProps } from "@mantine/core";
import { useEffect, useRef } from "react";

/** A heading that takes the focus when it appears: the keyboard goes on from there, and it is read out.
 *
 * One within a view also moves to the top of the screen: what follows it is what to look at now. */
export function FocusTitle(props: TitleProps & { children: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  const isInside = props.order === 2;
  useEffect(() => {
    heading.current?.focus({ preventScroll: isInside });
    if (isInside) heading.current?.scrollIntoView({ block: "start" });
  }, [isInside]);
  return <Title ref={heading} tabIndex={-1} {...props} />;
}
