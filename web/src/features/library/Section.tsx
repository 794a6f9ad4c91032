/** One library: narrowed and ordered by its own menu, or its collections. */
import { type UseQueryResult, useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import type { ItemPage, Library } from "@/lib/plexTypes";
import { ToggleChip } from "@/ui/chip";
import { Empty, Trouble } from "@/ui/states";
import { ActiveFilters } from "./ActiveFilters";
import { collectionsQuery, isTrouble, menuQuery } from "./api";
import type { Take } from "./Card";
import { Count } from "./Count";
import { FilterBar } from "./FilterBar";
import { ItemGrid } from "./ItemGrid";
import { FromBefore } from "./notes";
import { PosterGrid } from "./PosterGrid";
import { listingOf, type Place } from "./place";
import { SortChoice } from "./SortChoice";

const NO_MENU = { filters: [], sorts: [] };

export function Section(props: {
  server: string;
  library: Library;
  place: Place;
  onPlace: (place: Place) => void;
  onTake?: Take | undefined;
}) {
  const { t } = useTranslation();
  const { server, library, place, onPlace } = props;
  const found = useQuery(menuQuery(server, library.key)).data;
  const menu = found ?? NO_MENU;
  const collections = useQuery(collectionsQuery(server, library.key));
  const inCollections = place.view === "collections";
  const hasCollections = inCollections || (collections.data?.total ?? 0) > 0;
  const { sort, order, filter } = place;
  const listing = useMemo(() => listingOf({ sort, order, filter }), [sort, order, filter]);
  const clear = () => onPlace({ ...place, filter: undefined });
  const parts = { server, library: library.key, menu, place, onPlace };
  const collectionsChip = (
    <ToggleChip
      label={t("library.collections")}
      on={inCollections}
      onChange={(on) => onPlace({ ...place, view: on ? "collections" : undefined })}
    />
  );
  return (
    <div className="grid grid-cols-1 gap-3">
      {inCollections ? (
        <div className="py-1">{collectionsChip}</div>
      ) : (
        <FilterBar {...parts} before={hasCollections && collectionsChip} />
      )}
      {!inCollections && <ActiveFilters {...parts} onClear={clear} />}
      {inCollections ? (
        <Collections query={collections} label={library.title} onTake={props.onTake} />
      ) : (
        <PosterGrid
          key={JSON.stringify([server, library.key, listing])}
          server={server}
          library={library}
          listing={listing}
          end={<SortChoice {...parts} />}
          onTake={props.onTake}
          onClear={clear}
        />
      )}
    </div>
  );
}

function Collections(props: {
  query: UseQueryResult<ItemPage>;
  label: string;
  onTake?: Take | undefined;
}) {
  const { t } = useTranslation();
  const { query } = props;
  if (isTrouble(query)) return <Trouble error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data?.items.length === 0) return <Empty title={t("library.no_collections")} />;
  return (
    <>
      <Count count={query.data?.items.length ?? null} of="collections" />
      <FromBefore stale={query.data?.stale} />
      <ItemGrid
        items={query.data?.items ?? null}
        label={`${props.label}${t("common.dot")}${t("library.collections")}`}
        onTake={props.onTake}
      />
    </>
  );
}
