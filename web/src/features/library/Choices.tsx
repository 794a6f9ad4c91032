/** The values of one filter, to tick several of; the long lists are searched. */
import { useQuery } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { inputStyle } from "@/ui/field";
import { Skeleton, Trouble } from "@/ui/states";
import { choicesQuery } from "./api";

const SEARCHED_FROM = 9;
const SHOWN = 100;

export function Choices(props: {
  server: string;
  library: string;
  name: string;
  title: string;
  chosen: readonly string[];
  /** No more filters can be added. */
  full: boolean;
  onToggle: (value: string) => void;
}) {
  const { t } = useTranslation();
  const [sought, setSought] = useState("");
  const heading = useId();
  const query = useQuery(choicesQuery(props.server, props.library, props.name));
  if (query.isError) return <Trouble error={query.error} onRetry={() => void query.refetch()} />;
  const all = query.data ?? [];
  const wanted = sought.trim().toLocaleLowerCase();
  const found = all.filter((each) => each.title.toLocaleLowerCase().includes(wanted));
  return (
    <fieldset aria-labelledby={heading} aria-busy={query.isPending} className="grid w-64 gap-2">
      <p id={heading} className="px-2 font-medium text-sm">
        {props.title}
      </p>
      {all.length >= SEARCHED_FROM && (
        <input
          type="search"
          value={sought}
          onChange={(event) => setSought(event.target.value)}
          aria-label={t("library.seek_choice", { name: props.title })}
          placeholder={t("library.seek")}
          className={`${inputStyle} min-h-11 bg-surface text-sm`}
        />
      )}
      <div className="max-h-72 overflow-y-auto overscroll-contain">
        {query.isPending &&
          Array.from({ length: 5 }, (_, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: placeholders are all alike
            <Skeleton key={i} className="m-1 h-9" />
          ))}
        {found.slice(0, SHOWN).map((each) => {
          const on = props.chosen.includes(each.value);
          return (
            <label
              key={each.value}
              className="flex min-h-11 items-center gap-3 rounded-lg px-2 text-sm hover:bg-lifted has-disabled:opacity-50"
            >
              <input
                type="checkbox"
                checked={on}
                disabled={!on && props.full}
                onChange={() => props.onToggle(each.value)}
                className="size-4.5 shrink-0 accent-accent"
              />
              <span dir="auto" className="min-w-0 truncate">
                {each.title}
              </span>
            </label>
          );
        })}
      </div>
      <p role="status" className="px-2 text-faint text-xs">
        {query.isSuccess && found.length === 0 && t("library.no_choice")}
        {found.length > SHOWN && t("library.more_choices", { count: found.length - SHOWN })}
      </p>
    </fieldset>
  );
}
