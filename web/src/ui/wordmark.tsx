import { useTranslation } from "react-i18next";

/** A beam of light and our name. */
export function Wordmark() {
  const { t } = useTranslation();
  return (
    <span className="inline-flex items-center gap-2.5">
      <svg aria-hidden="true" viewBox="0 0 28 20" className="h-5 w-7">
        <path d="M5 10 28 0v20z" className="fill-accent opacity-25" />
        <path d="M5 10 28 5v10z" className="fill-accent opacity-60" />
        <circle cx="5" cy="10" r="4" className="fill-accent" />
      </svg>
      <span className="title whitespace-nowrap text-lg">{t("common.name")}</span>
    </span>
  );
}
