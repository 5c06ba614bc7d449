import { type QueryKey, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

/** Whatever is refused because the sign-in is over says so to the whole page: nobody is signed in any more. */
export function useSignedOut(isSignedOut: (error: unknown) => boolean, who: QueryKey): void {
  const queries = useQueryClient();
  useEffect(() => {
    const leave = (error: unknown) => {
      if (isSignedOut(error)) queries.setQueryData(who, null);
    };
    const stops = [
      // Only when it is refused: an old refusal is still there while somebody signs in again.
      queries.getQueryCache().subscribe((event) => {
        if (event.type === "updated" && event.action.type === "error") leave(event.action.error);
      }),
      queries.getMutationCache().subscribe((event) => {
        if (event.type === "updated" && event.action.type === "error") leave(event.action.error);
      }),
    ];
    return () => stops.forEach((stop) => stop());
  }, [queries, isSignedOut, who]);
}
