import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { bitrate, lengthParts } from "@/lib/format";
import type { Item, Version } from "@/lib/types";
import { Ambience, Poster } from "@/ui/poster";
import { Skeleton, Trouble } from "@/ui/states";
import { itemQuery } from "./api";
import { Children } from "./Children";

/** One film, show, season or episode. `actions` are what can be done with something playable. */
export function TitlePage(props: {
  server: string;
  rating_key: string;
  actions: (item: Item) => ReactNode;
}) {
  const query = useQuery(itemQuery(props.server, props.rating_key));
  if (query.isError) return <Trouble error={query.error} onRetry={() => void query.refetch()} />;
  if (query.isPending) return <TitleSkeleton />;
  const item = query.data;
  const playable = item.kind !== "show" && item.kind !== "season";
  return (
    <article className="relative">
      <Ambience src={item.backdrop} />
      <div className="relative mx-auto grid max-w-6xl gap-8 px-4 pt-[min(24vh,13rem)] pb-16 sm:grid-cols-[13rem_1fr] sm:px-8">
        <Poster src={item.poster} eager className="hidden w-full self-start shadow-pop sm:block" />
        <div className="grid content-start gap-4">
          <Heading item={item} />
          <Facts item={item} />
          {playable && <div className="flex flex-wrap gap-3 pt-1">{props.actions(item)}</div>}
          {item.tagline && <p className="title text-dim text-lg italic">{item.tagline}</p>}
          {item.summary && <Summary text={item.summary} />}
          {item.versions.length > 0 && <Versions versions={item.versions} />}
        </div>
        {!playable && (
          <div className="sm:col-span-2">
            <Children parent={item} />
          </div>
        )}
      </div>
    </article>
  );
}

function Heading({ item }: { item: Item }) {
  return (
    <header>
      {(item.show || item.season) && (
        <p className="mb-1 flex flex-wrap gap-x-3 text-dim text-sm">
          {[item.show, item.season].map(
            (each) =>
              each && (
                <Link
                  key={each.rating_key}
                  to="/title/$server/$key"
                  params={{ server: item.server, key: each.rating_key }}
                  className="inline-flex min-h-8 items-center underline-offset-4 hover:text-ink hover:underline"
                >
                  {each.title}
                </Link>
              ),
          )}
        </p>
      )}
      <h1 className="title text-4xl sm:text-6xl">{item.title}</h1>
    </header>
  );
}

function Facts({ item }: { item: Item }) {
  const { t } = useTranslation();
  const length = item.duration_s ? lengthParts(item.duration_s) : null;
  const facts = [
    item.subtitle,
    item.year,
    length &&
      (length.hours > 0
        ? t("library.hours_minutes", length)
        : t("library.minutes", { count: length.minutes })),
    item.content_rating,
    item.studio,
    ...item.genres.slice(0, 3),
  ].filter(Boolean);
  return (
    <ul className="flex flex-wrap gap-x-4 gap-y-1 text-dim text-sm">
      {facts.map((each) => (
        <li key={String(each)}>{each}</li>
      ))}
    </ul>
  );
}

const LONG = 420;

function Summary({ text }: { text: string }) {
  const { t } = useTranslation();
  const [whole, setWhole] = useState(text.length <= LONG);
  return (
    <p className="max-w-prose text-pretty text-dim leading-relaxed">
      {whole ? text : `${text.slice(0, LONG).trimEnd()}…`}
      {!whole && (
        <button
          type="button"
          onClick={() => setWhole(true)}
          className="min-h-11 px-2 font-medium text-accent-text hover:underline"
        >
          {t("library.read_on")}
        </button>
      )}
    </p>
  );
}

function Versions({ versions }: { versions: readonly Version[] }) {
  const { t } = useTranslation();
  return (
    <details className="group max-w-prose text-sm">
      <summary className="inline-flex min-h-11 items-center text-faint hover:text-ink">
        {t("library.versions", { count: versions.length })}
      </summary>
      <ul className="grid gap-4 pt-2">
        {versions.map((version) => (
          <li key={version.id} className="grid gap-1">
            <p className="tabular font-medium">
              {[
                version.resolution,
                version.video_codec,
                version.audio_codec,
                version.container,
                bitrate(version.bitrate_kbps),
              ]
                .filter(Boolean)
                .join(t("common.dot"))}
            </p>
            <ul className="grid gap-0.5 text-dim">
              {version.streams.map((stream) => (
                <li key={stream.id} className="flex gap-2">
                  <span className="w-16 shrink-0 text-faint">
                    {t(`library.streams.${stream.kind}`)}
                  </span>
                  <span className="truncate">
                    {[stream.title, stream.language, stream.codec]
                      .filter(Boolean)
                      .join(t("common.dot"))}
                  </span>
                </li>
              ))}
            </ul>
          </li>
        ))}
      </ul>
    </details>
  );
}

function TitleSkeleton() {
  return (
    <div
      aria-busy
      className="mx-auto grid max-w-6xl gap-8 px-4 pt-[min(24vh,13rem)] sm:grid-cols-[13rem_1fr] sm:px-8"
    >
      <Skeleton className="hidden aspect-2/3 sm:block" />
      <div className="grid content-start gap-4">
        <Skeleton className="h-14 w-3/4" />
        <Skeleton className="h-5 w-1/2" />
        <Skeleton className="h-32 max-w-prose" />
      </div>
    </div>
  );
}
