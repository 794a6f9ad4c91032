import type { UseQueryResult } from "@tanstack/react-query";
import type { ItemSummary } from "@/lib/types";
import { Card, CardSkeleton, type Take } from "./Card";

/** A row of items that scrolls sideways. Nothing to show: no shelf. */
export function Shelf(props: {
  title: string;
  query: UseQueryResult<{ items: ItemSummary[] }>;
  wide?: boolean;
  onTake?: Take;
}) {
  const { title, query, wide = false } = props;
  const items = query.data?.items ?? [];
  if (query.isError || (query.isSuccess && items.length === 0)) return null;
  const width = wide ? "w-64 sm:w-72" : "w-32 sm:w-40";
  return (
    <section aria-label={title}>
      <h2 className="title mb-4 text-xl sm:text-2xl">{title}</h2>
      <ul
        aria-busy={query.isPending}
        className="-mx-4 sm:-mx-8 flex snap-x gap-4 overflow-x-auto scroll-px-4 px-4 pt-1 pb-2 [scrollbar-width:none] sm:scroll-px-8 sm:px-8"
      >
        {query.isPending
          ? Array.from({ length: 8 }, (_, i) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: placeholders are all alike
              <li key={i} className={`${width} shrink-0`}>
                <CardSkeleton wide={wide} />
              </li>
            ))
          : items.map((item) => (
              <li
                key={`${item.server} ${item.rating_key}`}
                className={`${width} shrink-0 snap-start`}
              >
                <Card item={item} wide={wide} {...(props.onTake ? { onTake: props.onTake } : {})} />
              </li>
            ))}
      </ul>
    </section>
  );
}
