/** The catalogue of words. Every text a person sees comes from here. */
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import en from "./messages/en.json";

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "translation";
    resources: { translation: typeof en };
  }
}

void i18next.use(initReactI18next).init({
  lng: "en",
  fallbackLng: "en",
  resources: { en: { translation: en } },
  interpolation: { escapeValue: false },
  showSupportNotice: false,
} as Parameters<typeof i18next.init>[0]);

export { i18next };

/** A refusal in human words: ours for the codes we know, else the server's, else a general one. */
export function sentence(error: unknown): string {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  const key = `errors.${String(code)}`;
  if (typeof code === "string" && i18next.exists(key)) return i18next.t(key as "errors.network");
  return typeof message === "string" && message ? message : i18next.t("errors.unknown");
}
