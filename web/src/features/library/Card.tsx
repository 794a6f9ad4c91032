import { Link } from "@tanstack/react-router";
import { Check } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { ItemSummary } from "@/lib/types";
import { cn } from "@/ui/cn";
import { Poster } from "@/ui/poster";
import { Skeleton } from "@/ui/states";

/** What happens when somebody takes an item; without it, the card leads to the item's page. */
export type Take = (item: ItemSummary) => void;

const WHOLE = "group block w-full rounded-tile text-left outline-offset-4";

export function Card(props: { item: ItemSummary; wide?: boolean; eager?: boolean; onTake?: Take }) {
  const { item, onTake } = props;
  const face = <CardFace {...props} />;
  if (onTake) {
    return (
      <button type="button" className={WHOLE} onClick={() => onTake(item)}>
        {face}
      </button>
    );
  }
  return (
    <Link
      to="/title/$server/$key"
      params={{ server: item.server, key: item.rating_key }}
      className={WHOLE}
    >
      {face}
    </Link>
  );
}

function CardFace({ item, wide, eager }: { item: ItemSummary; wide?: boolean; eager?: boolean }) {
  const { t } = useTranslation();
  const seen = item.duration_s ? item.view_offset_s / item.duration_s : 0;
  const facts = [item.subtitle, item.subtitle ? null : item.year].filter(Boolean);
  return (
    <>
      <div className="relative transition-transform duration-200 group-hover:-translate-y-1">
        <Poster
          src={wide ? (item.backdrop ?? item.poster) : item.poster}
          shape={wide ? "wide" : "poster"}
          eager={eager ?? false}
        />
        {item.watched && (
          <span className="absolute top-2 right-2 grid size-6 place-items-center rounded-full bg-black/70 text-accent">
            <Check aria-label={t("library.seen")} className="size-4" />
          </span>
        )}
        {seen > 0.01 && seen < 0.99 && (
          <span className="absolute inset-x-2 bottom-2 h-1 overflow-hidden rounded-full bg-black/60">
            <span className="block h-full bg-accent" style={{ width: `${seen * 100}%` }} />
          </span>
        )}
      </div>
      <p className="mt-2 truncate font-medium text-sm">{item.title}</p>
      <p className="h-5 truncate text-faint text-xs">
        {facts.length > 0
          ? facts.join(t("common.dot"))
          : item.child_count
            ? t("library.children", { count: item.child_count })
            : null}
      </p>
    </>
  );
}

export function CardSkeleton({ wide }: { wide?: boolean }) {
  return (
    <div aria-hidden>
      <Skeleton className={wide ? "aspect-video" : "aspect-2/3"} />
      <Skeleton className="mt-3 h-3 w-3/4 rounded" />
      <div className={cn("h-5")} />
    </div>
  );
}
