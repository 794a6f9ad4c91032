/** Sections as tabs over a grid, or what a search found. Where one is comes from the caller. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Choice } from "@/ui/field";
import { Skeleton, Trouble } from "@/ui/states";
import { Tabs } from "@/ui/tabs";
import { librariesQuery, SORTS, type Sort } from "./api";
import type { Take } from "./Card";
import { PosterGrid } from "./PosterGrid";
import { Results } from "./Results";
import { SearchField } from "./SearchField";
import { useServer } from "./useServer";
import { useSettled } from "./useSettled";

export interface Place {
  section?: string | undefined;
  sort?: Sort | undefined;
  q?: string | undefined;
}

export function LibraryBrowser(props: {
  place: Place;
  onPlace: (place: Place) => void;
  onTake?: Take;
}) {
  const { t } = useTranslation();
  const { place, onPlace } = props;
  const { server, servers, choose, query: serverQuery } = useServer();
  const libraries = useQuery({ ...librariesQuery(server?.id ?? ""), enabled: server !== null });
  const q = useSettled(place.q?.trim() ?? "", 220);
  const take = props.onTake ? { onTake: props.onTake } : {};
  const sort = place.sort ?? "title";

  const error = serverQuery.error ?? libraries.error;
  if (error) {
    return (
      <Trouble
        error={error}
        onRetry={() => void (serverQuery.error ? serverQuery.refetch() : libraries.refetch())}
      />
    );
  }
  const sections = (libraries.data ?? []).filter((each) => each.kind !== "other");
  const section = sections.find((each) => each.key === place.section) ?? sections[0];

  return (
    <div className="grid gap-5">
      <div className="flex flex-wrap items-center gap-3">
        <SearchField
          value={place.q ?? ""}
          onChange={(value) => onPlace({ ...place, q: value || undefined })}
          className="min-w-52 flex-1"
        />
        {servers.length > 1 && (
          <Choice
            label={t("library.server")}
            value={server?.id ?? ""}
            options={servers.map((each) => ({ value: each.id, label: each.name }))}
            onChange={choose}
          />
        )}
      </div>
      {q ? (
        <Results server={server?.id ?? null} q={q} {...take} />
      ) : !server || !section ? (
        libraries.isPending ? (
          <Skeleton className="h-11 w-72 rounded-full" />
        ) : (
          <p className="py-10 text-center text-dim">{t("library.no_sections")}</p>
        )
      ) : (
        <Tabs
          label={t("library.sections")}
          value={section.key}
          tabs={sections.map((each) => ({ value: each.key, label: each.title }))}
          onChange={(key) => onPlace({ ...place, section: key })}
          panelClassName="pt-4 outline-offset-4"
          end={
            <Choice
              label={t("library.sort")}
              value={sort}
              options={SORTS.map((each) => ({ value: each, label: t(`library.sorts.${each}`) }))}
              onChange={(value) => onPlace({ ...place, sort: value })}
            />
          }
        >
          <PosterGrid
            key={`${server.id} ${section.key} ${sort}`}
            server={server.id}
            library={section.key}
            sort={sort}
            label={section.title}
            {...take}
          />
        </Tabs>
      )}
    </div>
  );
}
