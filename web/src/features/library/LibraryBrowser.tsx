/** Sections as tabs, or what a search found. Where one is comes from the caller. */
import { useQuery } from "@tanstack/react-query";
import { useRef } from "react";
import { useTranslation } from "react-i18next";
import { Choice } from "@/ui/field";
import { Empty, Skeleton, Trouble } from "@/ui/states";
import { Tabs } from "@/ui/tabs";
import { librariesQuery } from "./api";
import type { Take } from "./Card";
import { Offline } from "./notes";
import type { Place } from "./place";
import { Results } from "./Results";
import { SearchField } from "./SearchField";
import { Section } from "./Section";
import { useServer } from "./useServer";
import { useSettled } from "./useSettled";

/** Typing changes the place without a step to go back to; anything else is such a step. */
export type GoTo = (place: Place, how?: "typing") => void;

export function LibraryBrowser(props: { place: Place; onPlace: GoTo; onTake?: Take | undefined }) {
  const { t } = useTranslation();
  const { place, onPlace } = props;
  const { server, servers, choose, query: serverQuery } = useServer();
  const libraries = useQuery({ ...librariesQuery(server?.id ?? ""), enabled: server !== null });
  const q = useSettled(place.q?.trim() ?? "", 220);
  const body = useRef<HTMLDivElement>(null);
  const sections = (libraries.data ?? []).filter((each) => each.kind !== "other");
  const section = sections.find((each) => each.key === place.section) ?? sections[0];
  const failed = serverQuery.isError ? serverQuery : libraries.isError ? libraries : null;

  return (
    <div className="grid grid-cols-1 gap-4">
      <div className="flex flex-wrap items-center gap-3">
        <SearchField
          value={place.q ?? ""}
          onChange={(value) => onPlace({ ...place, q: value || undefined }, "typing")}
          onDown={() => body.current?.querySelector<HTMLElement>("li a, li button")?.focus()}
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
      <Offline />
      <div ref={body} className="min-w-0">
        {failed ? (
          <Trouble error={failed.error} onRetry={() => void failed.refetch()} />
        ) : q ? (
          <Results server={server?.id ?? null} q={q} onTake={props.onTake} />
        ) : !server || !section ? (
          libraries.isSuccess || (serverQuery.isSuccess && !server) ? (
            <Empty title={t("library.no_sections")} />
          ) : (
            <Skeleton className="h-11 w-72 max-w-full rounded-full" />
          )
        ) : (
          <Tabs
            label={t("library.sections")}
            value={section.key}
            tabs={sections.map((each) => ({ value: each.key, label: each.title }))}
            onChange={(key) => onPlace({ section: key })}
            panelClassName="pt-3 outline-offset-4"
          >
            <Section
              key={`${server.id} ${section.key}`}
              server={server.id}
              library={section}
              place={place}
              onPlace={onPlace}
              onTake={props.onTake}
            />
          </Tabs>
        )}
      </div>
    </div>
  );
}
