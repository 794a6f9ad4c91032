import { useQuery } from "@tanstack/react-query";
import { Check, Play } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { ItemSummary } from "@/lib/plexTypes";
import { Poster } from "@/ui/poster";
import { Empty, Skeleton, Trouble } from "@/ui/states";
import { childrenQuery, isTrouble } from "./api";
import type { Take } from "./Card";
import { ItemGrid } from "./ItemGrid";
import { FromBefore } from "./notes";
import { TitleLink } from "./TitleLink";
import { lengthOf, titleOf } from "./words";

/** The episodes of a season as a list; what a show, a collection or a playlist holds as posters. */
export function Children(props: {
  parent: Pick<ItemSummary, "server" | "rating_key" | "kind">;
  onTake?: Take | undefined;
}) {
  const { t } = useTranslation();
  const { parent, onTake } = props;
  const query = useQuery(childrenQuery(parent.server, parent.rating_key, parent.kind));
  if (isTrouble(query)) return <Trouble error={query.error} onRetry={() => void query.refetch()} />;
  const items = query.data?.items ?? null;
  if (items?.length === 0) return <Empty title={t("library.holds_nothing")} />;
  const label = { season: t("library.episodes"), show: t("library.seasons") } as const;
  return (
    <div className="grid min-w-0 grid-cols-1 gap-2">
      <FromBefore stale={query.data?.stale} />
      {parent.kind === "season" ? (
        <ol
          aria-label={label.season}
          aria-busy={query.isPending}
          className="grid grid-cols-1 gap-2"
        >
          {items
            ? items.map((item) => <Episode key={item.rating_key} item={item} onTake={onTake} />)
            : Array.from({ length: 5 }, (_, i) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: placeholders are all alike
                <Skeleton key={i} className="h-24" />
              ))}
        </ol>
      ) : (
        <ItemGrid
          items={items}
          inside={parent.kind === "show"}
          label={parent.kind === "show" ? label.show : t("library.titles")}
          onTake={onTake}
        />
      )}
    </div>
  );
}

const ROW =
  "group flex w-full items-center gap-4 rounded-xl p-2 text-left transition-colors hover:bg-raised";

function Episode({ item, onTake }: { item: ItemSummary; onTake?: Take | undefined }) {
  const { t } = useTranslation();
  const title = titleOf(item, t);
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
        <p dir="auto" className="line-clamp-2 break-words font-medium">
          {item.index !== null && <span className="tabular pe-2 text-faint">{item.index}</span>}
          {title}
        </p>
        <p className="flex items-center gap-1.5 text-faint text-sm">
          {item.duration_s ? lengthOf(item.duration_s, t) : null}
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
        <TitleLink item={item} className={ROW}>
          {face}
        </TitleLink>
      )}
    </li>
  );
}
