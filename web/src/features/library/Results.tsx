import { useQuery } from "@tanstack/react-query";
import { SearchX } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { ItemKind, ItemSummary } from "@/lib/plexTypes";
import { Empty, Trouble } from "@/ui/states";
import { isTrouble, searchQuery } from "./api";
import { Card, CardSkeleton, type Take } from "./Card";
import { FromBefore } from "./notes";
import { walk } from "./walk";

const GRID =
  "grid grid-cols-3 gap-x-3 gap-y-5 sm:grid-cols-[repeat(auto-fill,minmax(9.25rem,1fr))] sm:gap-x-5";
const KINDS = ["movie", "show", "season", "episode", "collection", "other"] as const;
type Shown = (typeof KINDS)[number];

/** By kind, in the order of the kinds; none of them empty. */
export function grouped(items: readonly ItemSummary[]): [Shown, ItemSummary[]][] {
  const kindOf = (kind: ItemKind): Shown => KINDS.find((each) => each === kind) ?? "other";
  return KINDS.map((kind): [Shown, ItemSummary[]] => [
    kind,
    items.filter((item) => kindOf(item.kind) === kind),
  ]).filter(([, found]) => found.length > 0);
}

/** What a search over all libraries found. */
export function Results(props: { server: string | null; q: string; onTake?: Take | undefined }) {
  const { t } = useTranslation();
  const query = useQuery(searchQuery(props.server, props.q));
  if (isTrouble(query)) return <Trouble error={query.error} onRetry={() => void query.refetch()} />;
  const items = query.data?.items;
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys only move the focus among the links inside
    <div onKeyDown={walk} aria-busy={query.isFetching} className="grid grid-cols-1 gap-8">
      <div>
        <p role="status" className="tabular min-h-6 text-faint text-sm">
          {items && t("library.count.results", { count: items.length })}
        </p>
        <FromBefore stale={query.data?.stale} />
      </div>
      {items?.length === 0 && (
        <Empty icon={<SearchX />} title={t("library.nothing_found", { q: props.q })} />
      )}
      {!items && (
        <ul aria-label={t("library.results")} className={GRID}>
          {Array.from({ length: 12 }, (_, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: placeholders are all alike
            <li key={i}>
              <CardSkeleton />
            </li>
          ))}
        </ul>
      )}
      {grouped(items ?? []).map(([kind, found]) => (
        <section key={kind} aria-label={t(`library.kinds.${kind}`)}>
          <h2 className="title mb-4 text-xl">{t(`library.kinds.${kind}`)}</h2>
          <ul className={GRID}>
            {found.map((item) => (
              <li key={`${item.server} ${item.rating_key}`} className="min-w-0">
                <Card item={item} onTake={props.onTake} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}
