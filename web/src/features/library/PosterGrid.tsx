/**
 * A grid of any length: only the rows in view exist, and only their pages are asked for. The whole
 * height is known from the total, so nothing jumps while pages arrive.
 */
import { useQueries } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Trouble } from "@/ui/states";
import { PAGE, pageQuery, type Sort } from "./api";
import { Card, CardSkeleton, type Take } from "./Card";
import { useWindowedRows } from "./useWindowedRows";

const GAP_PX = 20;
const CAPTION_PX = 52;
const FIRST_GUESS = 24;

export function PosterGrid(props: {
  server: string;
  library: string;
  sort: Sort;
  label: string;
  onTake?: Take;
}) {
  const { t } = useTranslation();
  const { server, library, sort } = props;
  const first = useQueries({ queries: [pageQuery(server, library, sort, 0)] })[0];
  const total = first?.data?.total ?? null;
  const rows = useWindowedRows({ count: total ?? FIRST_GUESS, gap: GAP_PX, caption: CAPTION_PX });
  const firstPage = Math.floor(rows.from / PAGE);
  const lastPage = Math.max(firstPage, Math.floor(Math.max(0, rows.to - 1) / PAGE));
  const pages = useQueries({
    queries: Array.from({ length: lastPage - firstPage + 1 }, (_, i) =>
      pageQuery(server, library, sort, firstPage + i),
    ),
  });
  const itemAt = (index: number) =>
    pages[Math.floor(index / PAGE) - firstPage]?.data?.items[index % PAGE];

  if (first?.error) return <Trouble error={first.error} onRetry={() => void first.refetch()} />;
  if (total === 0) return <p className="py-10 text-center text-dim">{t("library.empty")}</p>;

  return (
    <div ref={rows.ref} style={{ height: rows.height }} className="relative">
      <ul
        aria-label={props.label}
        aria-busy={total === null}
        className="absolute inset-x-0 grid gap-5"
        style={{ top: rows.top, gridTemplateColumns: `repeat(${rows.columns}, minmax(0, 1fr))` }}
      >
        {Array.from({ length: rows.to - rows.from }, (_, i) => {
          const index = rows.from + i;
          const item = itemAt(index);
          return (
            <li key={item ? item.rating_key : `at ${index}`}>
              {item ? (
                <Card
                  item={item}
                  eager={index < 12}
                  {...(props.onTake ? { onTake: props.onTake } : {})}
                />
              ) : (
                <CardSkeleton />
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}
