import { useQuery } from "@tanstack/react-query";
import { SearchX } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Empty, Trouble } from "@/ui/states";
import { searchQuery } from "./api";
import { Card, CardSkeleton, type Take } from "./Card";

const GRID =
  "grid grid-cols-3 gap-x-4 gap-y-6 sm:grid-cols-[repeat(auto-fill,minmax(9.25rem,1fr))] sm:gap-x-5";

/** What a search over all libraries found. */
export function Results(props: { server: string | null; q: string; onTake?: Take }) {
  const { t } = useTranslation();
  const query = useQuery(searchQuery(props.server, props.q));
  if (query.isError) return <Trouble error={query.error} onRetry={() => void query.refetch()} />;
  if (query.isSuccess && query.data.items.length === 0) {
    return <Empty icon={<SearchX />} title={t("library.nothing_found", { q: props.q })} />;
  }
  return (
    <ul aria-label={t("library.results")} aria-busy={query.isFetching} className={GRID}>
      {query.isSuccess
        ? query.data.items.map((item) => (
            <li key={`${item.server} ${item.rating_key}`}>
              <Card item={item} {...(props.onTake ? { onTake: props.onTake } : {})} />
            </li>
          ))
        : Array.from({ length: 12 }, (_, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: placeholders are all alike
            <li key={i}>
              <CardSkeleton />
            </li>
          ))}
    </ul>
  );
}
