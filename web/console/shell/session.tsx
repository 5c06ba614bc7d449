import { createContext, useContext } from "react";
import type { SignedIn } from "../api";

/** What the signed-in operator may do. Roles say what they say: none includes another. */
export interface Rights {
  approve: boolean;
  /** Try again, replay, and turn a plan down. */
  operate: boolean;
  /** Turn a plan up. */
  administer: boolean;
}

export function rightsOf(roles: SignedIn["roles"]): Rights {
  return {
    approve: roles.includes("approver"),
    operate: roles.includes("operator") || roles.includes("admin"),
    administer: roles.includes("admin"),
  };
}

const Current = createContext<SignedIn | null>(null);
export const SessionProvider = Current.Provider;

/** Who is signed in. Only below the sign-in. */
export function useOperator(): SignedIn {
  const found = useContext(Current);
  if (found === null) throw new Error("nobody is signed in here");
  return found;
}

export const useRights = (): Rights => rightsOf(useOperator().roles);
