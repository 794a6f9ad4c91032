import { Check } from "lucide-react";
import { memo } from "react";
import { useTranslation } from "react-i18next";
import type { ItemSummary } from "@/lib/plexTypes";
import { Skeleton } from "@/ui/states";
import { CardPicture } from "./CardPicture";
import { TitleLink } from "./TitleLink";
import { countOf, titleOf } from "./words";

/** What happens when somebody takes an item; without it, the card leads to the item's page. */
export type Take = (item: ItemSummary) => void;

const WHOLE = "group block w-full rounded-tile text-left outline-offset-4";

interface Props {
  item: ItemSummary;
  wide?: boolean;
  eager?: boolean;
  /** Shown within what it belongs to, which is not named again. */
  inside?: boolean;
  onTake?: Take | undefined;
  tabIndex?: number;
}

export const Card = memo(function Card(props: Props) {
  const { item, onTake, tabIndex } = props;
  const face = <CardFace {...props} />;
  if (onTake) {
    return (
      <button type="button" tabIndex={tabIndex} className={WHOLE} onClick={() => onTake(item)}>
        {face}
      </button>
    );
  }
  return (
    <TitleLink item={item} tabIndex={tabIndex} className={WHOLE}>
      {face}
    </TitleLink>
  );
});

function CardFace({ item, wide = false, eager = false, inside = false }: Props) {
  const { t } = useTranslation();
  const title = titleOf(item, t);
  const count = countOf(item, t);
  const seen = item.duration_s ? item.view_offset_s / item.duration_s : 0;
  return (
    <>
      <div className="relative transition-transform duration-200 group-hover:-translate-y-1">
        <CardPicture
          src={wide ? (item.backdrop ?? item.poster) : item.poster}
          wide={wide}
          eager={eager}
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
      <p dir="auto" className="mt-2 h-5 truncate font-medium text-sm">
        {title}
      </p>
      <p dir="auto" className="h-5 truncate text-faint text-xs leading-5">
        {(inside && count) || (item.subtitle ?? item.year ?? count)}
      </p>
    </>
  );
}

/** A card that is still to come; `still` where many of them pass by. */
export function CardSkeleton({ wide, still }: { wide?: boolean; still?: boolean }) {
  const shape = wide ? "aspect-video" : "aspect-2/3";
  if (still) return <div aria-hidden className={`${shape} rounded-tile bg-raised`} />;
  return (
    <div aria-hidden>
      <Skeleton className={shape} />
      <Skeleton className="mt-3 h-3 w-3/4 rounded" />
      <div className="h-7" />
    </div>
  );
}
