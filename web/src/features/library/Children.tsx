import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Check, Play } from "lucide-react";
import { useTranslation } from "react-i18next";
import { lengthParts } from "@/lib/format";
import type { ItemSummary } from "@/lib/types";
import { Poster } from "@/ui/poster";
import { Skeleton, Trouble } from "@/ui/states";
import { childrenQuery } from "./api";
import { Card, CardSkeleton, type Take } from "./Card";

/** The seasons of a show as posters, or the episodes of a season as a list. */
export function Children(props: {
  parent: Pick<ItemSummary, "server" | "rating_key" | "kind">;
  onTake?: Take;
}) {
  const { t } = useTranslation();
  const { parent, onTake } = props;
  const query = useQuery(childrenQuery(parent.server, parent.rating_key));
  if (query.isError) return <Trouble error={query.error} onRetry={() => void query.refetch()} />;
  const take = onTake ? { onTake } : {};
  if (parent.kind === "season") {
    return (
      <ol aria-label={t("library.episodes")} aria-busy={query.isPending} className="grid gap-2">
        {query.isPending
          ? // biome-ignore lint/suspicious/noArrayIndexKey: placeholders are all alike
            Array.from({ length: 5 }, (_, i) => <Skeleton key={i} className="h-24" />)
          : query.data.items.map((item) => <Episode key={item.rating_key} item={item} {...take} />)}
      </ol>
    );
  }
  return (
    <ul
      aria-label={t("library.seasons")}
      aria-busy={query.isPending}
      className="grid grid-cols-3 gap-4 sm:grid-cols-[repeat(auto-fill,minmax(9.25rem,1fr))] sm:gap-5"
    >
      {query.isPending
        ? Array.from({ length: 4 }, (_, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: placeholders are all alike
            <li key={i}>
              <CardSkeleton />
            </li>
          ))
        : query.data.items.map((item) => (
            <li key={item.rating_key}>
              <Card item={item} {...take} />
            </li>
          ))}
    </ul>
  );
}

const ROW =
  "group flex w-full items-center gap-4 rounded-xl p-2 text-left transition-colors hover:bg-raised";

function Episode({ item, onTake }: { item: ItemSummary; onTake?: Take }) {
  const { t } = useTranslation();
  const face = (
    <>
      <div className="relative w-32 shrink-0 sm:w-40">
        <Poster src={item.backdrop ?? item.poster} shape="wide" />
        <Play
          aria-hidden
          fill="currentColor"
          className="absolute inset-0 m-auto size-8 opacity-0 transition-opacity group-hover:opacity-90"
        />
      </div>
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium">
          {item.index !== null && <span className="tabular pr-2 text-faint">{item.index}</span>}
          {item.title}
        </p>
        <p className="flex items-center gap-1.5 text-faint text-sm">
          {item.duration_s ? t("library.minutes", minutes(item.duration_s)) : null}
          {item.watched && (
            <Check aria-label={t("library.seen")} className="size-4 text-accent-text" />
          )}
        </p>
      </div>
    </>
  );
  return (
    <li>
      {onTake ? (
        <button type="button" className={ROW} onClick={() => onTake(item)}>
          {face}
        </button>
      ) : (
        <Link
          to="/title/$server/$key"
          params={{ server: item.server, key: item.rating_key }}
          className={ROW}
        >
          {face}
        </Link>
      )}
    </li>
  );
}

function minutes(duration_s: number) {
  const { hours, minutes: rest } = lengthParts(duration_s);
  return { count: hours * 60 + rest };
}
