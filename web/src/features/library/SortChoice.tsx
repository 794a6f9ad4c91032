import { ArrowDownNarrowWide, ArrowUpNarrowWide } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { LibraryMenu } from "@/lib/plexTypes";
import { IconButton } from "@/ui/button";
import { Choice } from "@/ui/field";
import type { Place } from "./place";

const USUAL = "titleSort";

/** In which order, by the library's own menu, and in which direction. */
export function SortChoice(props: {
  menu: LibraryMenu;
  place: Place;
  onPlace: (place: Place) => void;
}) {
  const { t } = useTranslation();
  const { menu, place, onPlace } = props;
  const sort = place.sort ?? USUAL;
  const falls = menu.sorts.find((each) => each.name === sort)?.descending ?? false;
  const descending = place.order ? place.order === "desc" : falls;
  if (menu.sorts.length === 0) return null;
  return (
    <span className="flex shrink-0 items-center gap-1">
      <Choice
        label={t("library.sort")}
        value={sort}
        options={menu.sorts.map((each) => ({ value: each.name, label: each.title }))}
        onChange={(name) => {
          const usual = menu.sorts.find((each) => each.name === name)?.descending;
          onPlace({
            ...place,
            sort: name === USUAL ? undefined : name,
            order: usual && name !== USUAL ? "desc" : undefined,
          });
        }}
      />
      <IconButton
        label={t(descending ? "library.descending" : "library.ascending")}
        onClick={() => onPlace({ ...place, order: descending ? "asc" : "desc" })}
      >
        {descending ? <ArrowDownNarrowWide /> : <ArrowUpNarrowWide />}
      </IconButton>
    </span>
  );
}
