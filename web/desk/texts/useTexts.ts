import type { i18n } from "i18next";
import { useTranslation } from "react-i18next";
import type { KeyOf } from "../../ui/i18n";
import type { Texts } from "./fr";

export type Key = KeyOf<Texts>;

/** The page's texts in the language in use; a key that does not exist is no TypeScript. */
export function useTexts(): { t: (key: Key, values?: Record<string, string | number>) => string; i18n: i18n } {
  const { t, i18n } = useTranslation();
  return { t: (key, values = {}) => t(key, values), i18n };
}
