import type { Mode } from "../api";
import type { Rights } from "../shell/session";

/** Strictest first. */
export const MODES: readonly Mode[] = ["off", "suggest", "on"];

/** What a switch may be set to: an operator turns down, an administrator also up. mode: as it is now; null: not set. */
export function modesFor(mode: Mode | null, rights: Rights): Mode[] {
  if (!rights.operate) return [];
  return MODES.filter((one) => one !== mode && (rights.administer || isStricter(one, mode)));
}

/** Where nothing is set, anything but `on` takes something away. */
function isStricter(one: Mode, than: Mode | null): boolean {
  return MODES.indexOf(one) < MODES.indexOf(than ?? "on");
}
