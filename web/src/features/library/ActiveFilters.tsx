/** The choices that narrow a section now, each to be taken away. */
import { useQueries } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { LibraryMenu } from "@/lib/plexTypes";
import { Button } from "@/ui/button";
import { RemovableChip } from "@/ui/chip";
import { choicesQuery } from "./api";
import { chosenOf, type Place, toggled } from "./place";

export function ActiveFilters(props: {
  server: string;
  library: string;
  menu: LibraryMenu;
  place: Place;
  onPlace: (place: Place) => void;
  onClear: () => void;
}) {
  const { t } = useTranslation();
  const { server, library, place, onPlace } = props;
  const used = props.menu.filters.filter(
    (each) => !each.switch && chosenOf(place, each.name).length > 0,
  );
  const choices = useQueries({
    queries: used.map((each) => choicesQuery(server, library, each.name)),
  });
  if (!place.filter) return null;
  return (
    <ul aria-label={t("library.active")} className="flex flex-wrap items-center gap-2">
      {used.flatMap((filter, i) =>
        chosenOf(place, filter.name).map((value) => {
          const title = choices[i]?.data?.find((each) => each.value === value)?.title ?? value;
          const words = t("library.filter_is", { name: filter.title, value: title });
          return (
            <li key={`${filter.name}:${value}`}>
              <RemovableChip
                label={t("library.remove_filter", { filter: words })}
                onClick={() => onPlace(toggled(place, filter.name, value))}
              >
                {words}
              </RemovableChip>
            </li>
          );
        }),
      )}
      <li>
        <Button tone="ghost" size="sm" onClick={props.onClear}>
          {t("library.clear_filters")}
        </Button>
      </li>
    </ul>
  );
}
