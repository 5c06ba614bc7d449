import { createInstance, type i18n, type ResourceLanguage } from "i18next";
import { initReactI18next } from "react-i18next";

export const LANGUAGES = ["fr", "en"] as const;
export type Language = (typeof LANGUAGES)[number];

const KEPT = "widip-language";

/** French, unless this browser was told otherwise before or asks for English first. */
export function findLanguage(kept: string | null, wanted: readonly string[]): Language {
  if (kept === "fr" || kept === "en") return kept;
  const first = wanted.find((tag) => /^(fr|en)\b/i.test(tag));
  return first?.toLowerCase().startsWith("en") ? "en" : "fr";
}

/** A page's texts; the document's language follows. */
export function startTexts(texts: Record<Language, ResourceLanguage>): i18n {
  const instance = createInstance();
  instance.on("languageChanged", (language) => {
    document.documentElement.lang = language;
  });
  void instance.use(initReactI18next).init({
    lng: findLanguage(readKept(), navigator.languages),
    fallbackLng: "fr",
    resources: { fr: { translation: texts.fr }, en: { translation: texts.en } },
    interpolation: { escapeValue: false },
    initAsync: false,
  });
  return instance;
}

/** Switch, and keep it for the next visit. */
export function chooseLanguage(instance: i18n, language: Language): void {
  try {
    localStorage.setItem(KEPT, language);
  } catch {
    // A browser that keeps nothing still switches.
  }
  void instance.changeLanguage(language);
}

function readKept(): string | null {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}

type Singular<Name extends string> = Name extends `${infer Stem}_${"one" | "other"}` ? Stem : Name;

/** `nav.report` and so on: the keys of a page's texts; a plural's without its ending. */
export type KeyOf<Texts> = {
  [Name in keyof Texts & (string | number)]: Texts[Name] extends string
    ? Singular<`${Name}`>
    : `${Name}.${KeyOf<Texts[Name]>}`;
}[keyof Texts & (string | number)];
