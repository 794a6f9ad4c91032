import { ChevronDown } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Stream, Version } from "@/lib/plexTypes";
import { codecName, languageName, useVersionWords } from "./versionWords";

/** The versions of a title, each in a line of words, and all of their streams on demand. */
export function Versions({ versions }: { versions: readonly Version[] }) {
  const { t } = useTranslation();
  const words = useVersionWords();
  return (
    <section aria-labelledby="versions" className="max-w-prose">
      <h2 id="versions" className="mb-1 font-medium text-sm">
        {t("library.versions", { count: versions.length })}
      </h2>
      <ul className="grid">
        {versions.map((version) => (
          <li key={version.id}>
            <details className="group">
              <summary className="tabular flex min-h-11 list-none items-center gap-2 rounded-lg text-dim text-sm hover:text-ink [&::-webkit-details-marker]:hidden">
                <span className="min-w-0">{words(version)}</span>
                <ChevronDown
                  aria-hidden
                  className="size-4 shrink-0 transition-transform group-open:rotate-180"
                />
              </summary>
              <ul aria-label={t("library.streams_of")} className="grid gap-1 pb-3 text-dim text-sm">
                {version.streams.map((stream) => (
                  <StreamLine key={stream.id} stream={stream} />
                ))}
              </ul>
            </details>
          </li>
        ))}
      </ul>
    </section>
  );
}

function StreamLine({ stream }: { stream: Stream }) {
  const { t, i18n } = useTranslation();
  const language = stream.language ? languageName(stream.language, i18n.language) : null;
  const title =
    stream.title.trim() || [language, codecName(stream.codec)].filter(Boolean).join(" ");
  return (
    <li className="flex gap-3">
      <span className="w-20 shrink-0 text-faint">{t(`library.streams.${stream.kind}`)}</span>
      <span dir="auto" className="line-clamp-2 min-w-0 break-words">
        {title}
      </span>
    </li>
  );
}
