import { ChevronLeft, ChevronRight } from "lucide-react";
import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ItemSummary } from "@/lib/plexTypes";
import { IconButton } from "@/ui/button";
import { Card, CardSkeleton, type Take } from "./Card";
import { walk } from "./walk";

/** A query of a shelf, as much of it as a shelf needs. */
interface Asked {
  data?: { items: ItemSummary[] } | undefined;
  isPending: boolean;
}

/** A row of items that scrolls sideways; one stop for the tab key, walked with the arrows. */
export function Shelf(props: {
  title: string;
  query: Asked;
  wide?: boolean;
  onTake?: Take | undefined;
}) {
  const { title, query, wide = false } = props;
  const row = useRow();
  const [stop, setStop] = useState(0);
  const items = query.data?.items ?? [];
  if (!query.isPending && items.length === 0) return null;
  const width = wide ? "w-64 sm:w-72" : "w-32 sm:w-40";
  return (
    <section aria-label={title} className="min-w-0">
      <div className="mb-3 flex min-h-11 items-center gap-1">
        <h2 dir="auto" className="title line-clamp-2 min-w-0 flex-1 text-xl sm:text-2xl">
          {title}
        </h2>
        <Steps {...row} />
      </div>
      <ul
        ref={row.ref}
        aria-busy={query.isPending}
        onKeyDown={walk}
        className="-mx-4 sm:-mx-8 flex snap-x gap-4 overflow-x-auto scroll-px-4 px-4 pt-2 pb-2 [scrollbar-width:none] sm:scroll-px-8 sm:px-8"
      >
        {query.isPending
          ? Array.from({ length: 8 }, (_, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: placeholders are all alike
              <li key={i} className={`${width} shrink-0`}>
                <CardSkeleton wide={wide} />
              </li>
            ))
          : items.map((item, i) => (
              <li
                key={`${item.server} ${item.rating_key}`}
                onFocus={() => setStop(i)}
                className={`${width} shrink-0 snap-start`}
              >
                <Card
                  item={item}
                  wide={wide}
                  onTake={props.onTake}
                  tabIndex={i === Math.min(stop, items.length - 1) ? 0 : -1}
                />
              </li>
            ))}
      </ul>
    </section>
  );
}

/** Whether a row can go on to either side, and by a view of it. */
function useRow() {
  const ref = useRef<HTMLUListElement>(null);
  const [ends, setEnds] = useState({ back: false, on: false });
  const look = useCallback(() => {
    const row = ref.current;
    if (!row) return;
    const at = Math.abs(row.scrollLeft);
    const back = at > 8;
    const on = at < row.scrollWidth - row.clientWidth - 8;
    setEnds((old) => (old.back === back && old.on === on ? old : { back, on }));
  }, []);
  useEffect(() => {
    const row = ref.current;
    if (!row) return;
    look();
    const observer = new ResizeObserver(look);
    observer.observe(row);
    row.addEventListener("scroll", look, { passive: true });
    return () => {
      observer.disconnect();
      row.removeEventListener("scroll", look);
    };
  });
  const step = (way: 1 | -1) => {
    const row = ref.current;
    if (!row) return;
    const ahead = getComputedStyle(row).direction === "rtl" ? -way : way;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    row.scrollBy({ left: ahead * row.clientWidth * 0.85, behavior: still ? "instant" : "smooth" });
  };
  return { ref, ends, step };
}

/** For a mouse; fingers push the row itself, and keys walk it. */
function Steps({ ends, step }: Pick<ReturnType<typeof useRow>, "ends" | "step">): ReactNode {
  const { t } = useTranslation();
  if (!ends.back && !ends.on) return null;
  return (
    <span className="hidden pointer-fine:flex">
      <IconButton label={t("library.shelf_back")} disabled={!ends.back} onClick={() => step(-1)}>
        <ChevronLeft className="rtl:-scale-x-100" />
      </IconButton>
      <IconButton label={t("library.shelf_on")} disabled={!ends.on} onClick={() => step(1)}>
        <ChevronRight className="rtl:-scale-x-100" />
      </IconButton>
    </span>
  );
}
