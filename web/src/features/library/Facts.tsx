import { Star } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Item } from "@/lib/plexTypes";
import { countOf, lengthOf } from "./words";

const GENRES = 4;

/** When, how long, for whom, how good: the line below a title. */
export function Facts({ item }: { item: Item }) {
  const { t, i18n } = useTranslation();
  const count = countOf(item, t);
  const facts = [
    item.subtitle,
    dateOf(item.released_on, i18n.language) ?? item.year,
    item.duration_s ? lengthOf(item.duration_s, t) : null,
    count,
    item.content_rating,
    item.studio,
    ...new Set(item.genres.slice(0, GENRES)),
    item.chapters.length > 1 ? t("library.count.chapters", { count: item.chapters.length }) : null,
  ].filter((each) => each !== null && each !== "");
  return (
    <div className="grid gap-1.5 text-dim text-sm">
      <ul className="flex flex-wrap items-center gap-x-4 gap-y-1">
        {item.rating !== null && item.rating > 0 && (
          <li className="tabular flex items-center gap-1.5 font-medium text-ink">
            <Star aria-hidden fill="currentColor" className="size-3.5 text-accent-text" />
            <span className="sr-only">{t("library.rating")}</span>
            {t("library.rating_value", { value: item.rating })}
          </li>
        )}
        {facts.map((each, i) => (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: two facts may read the same
            key={i}
            dir="auto"
            className="line-clamp-2 max-w-full break-words"
          >
            {each}
          </li>
        ))}
      </ul>
      {item.directors.length > 0 && (
        <p dir="auto" className="line-clamp-2 break-words">
          {t("library.directed_by", { names: item.directors.join(", ") })}
        </p>
      )}
    </div>
  );
}

/** A date such as `1989-02-17` as people read it; null when it is none. */
export function dateOf(date: string | null, language?: string): string | null {
  const at =
    date && /^\d{4}-\d{2}-\d{2}$/.test(date) ? Date.parse(`${date}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(at)) return null;
  return new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: "UTC" }).format(at);
}
