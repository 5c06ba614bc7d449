import { useParams } from "wouter";

/** A part of the address, as it was before it was put there. */
export function useKey(name = "key"): string {
  const found = useParams()[name] ?? "";
  try {
    return decodeURIComponent(found);
  } catch {
    return found;
  }
}
