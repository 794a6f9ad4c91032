/** What a section can be narrowed by, as chips: on or off, or with choices to tick. */
import { ChevronDown, ChevronLeft, ChevronRight } from "lucide-react";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { LibraryMenu } from "@/lib/plexTypes";
import { Button } from "@/ui/button";
import { chipStyle, ToggleChip } from "@/ui/chip";
import { Popover } from "@/ui/popover";
import { Choices } from "./Choices";
import { chosenOf, isOn, MOST_FILTERS, type Place, toggled } from "./place";

type Filter = LibraryMenu["filters"][number];

/** What most people look for; the rest stands behind "More". */
const FOREMOST = ["genre", "decade", "contentRating", "resolution"];

interface Props {
  server: string;
  library: string;
  menu: LibraryMenu;
  place: Place;
  onPlace: (place: Place) => void;
  /** Stands before the filters. */
  before?: ReactNode;
}

export function FilterBar(props: Props) {
  const { t } = useTranslation();
  const { menu, place, onPlace } = props;
  const lists = menu.filters.filter((each) => !each.switch);
  const foremost = lists.filter((each) => FOREMOST.includes(each.name));
  const others = lists.filter((each) => !FOREMOST.includes(each.name));
  return (
    <fieldset
      aria-label={t("library.filters")}
      className="-mx-4 flex min-w-0 gap-2 overflow-x-auto px-4 py-1 [scrollbar-width:none] sm:mx-0 sm:flex-wrap sm:px-0"
    >
      {props.before}
      {menu.filters
        .filter((each) => each.switch)
        .map(({ name, title }) => (
          <ToggleChip
            key={name}
            label={title}
            on={isOn(place, name, "1")}
            onChange={() => onPlace(toggled(place, name, "1"))}
          />
        ))}
      {foremost.map((filter) => (
        <Popover
          key={filter.name}
          align="start"
          className="p-3"
          trigger={<Trigger title={filter.title} count={chosenOf(place, filter.name).length} />}
        >
          <FilterChoices {...props} filter={filter} />
        </Popover>
      ))}
      {others.length > 0 && (
        <Popover
          align="start"
          className="p-3"
          trigger={
            <Trigger
              title={t("library.more_filters")}
              count={others.flatMap((each) => chosenOf(place, each.name)).length}
            />
          }
        >
          <OtherFilters {...props} filters={others} />
        </Popover>
      )}
    </fieldset>
  );
}

function Trigger({ title, count, ...rest }: { title: string; count: number }) {
  return (
    <button type="button" {...rest} className={chipStyle(count > 0)}>
      {title}
      {count > 0 && <span className="tabular">{count}</span>}
      <ChevronDown aria-hidden className="opacity-60" />
    </button>
  );
}

function FilterChoices(props: Props & { filter: Filter }) {
  const { place, onPlace, filter } = props;
  return (
    <Choices
      server={props.server}
      library={props.library}
      name={filter.name}
      title={filter.title}
      chosen={chosenOf(place, filter.name)}
      full={(place.filter?.length ?? 0) >= MOST_FILTERS}
      onToggle={(value) => onPlace(toggled(place, filter.name, value))}
    />
  );
}

/** First which filter, then its choices. */
function OtherFilters(props: Props & { filters: readonly Filter[] }) {
  const { t } = useTranslation();
  const [name, setName] = useState<string | null>(null);
  const filter = props.filters.find((each) => each.name === name);
  if (filter) {
    return (
      <div className="grid gap-2">
        <Button tone="ghost" size="sm" className="justify-self-start" onClick={() => setName(null)}>
          <ChevronLeft className="rtl:-scale-x-100" />
          {t("library.all_filters")}
        </Button>
        <FilterChoices {...props} filter={filter} />
      </div>
    );
  }
  return (
    <ul className="grid w-64">
      {props.filters.map((each) => (
        <li key={each.name}>
          <button
            type="button"
            onClick={() => setName(each.name)}
            className="flex min-h-11 w-full items-center gap-2 rounded-lg px-2 text-left text-sm hover:bg-lifted"
          >
            <span className="min-w-0 flex-1 truncate">{each.title}</span>
            <span className="tabular text-accent-text">
              {chosenOf(props.place, each.name).length || null}
            </span>
            <ChevronRight aria-hidden className="size-4 text-faint rtl:-scale-x-100" />
          </button>
        </li>
      ))}
    </ul>
  );
}
