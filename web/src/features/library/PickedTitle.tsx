/** A title looked at from inside a room: what it is, who has seen it, and what to do with it. */
import { useQuery } from "@tanstack/react-query";
import { ListPlus, Play } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { ItemSummary } from "@/lib/plexTypes";
import { Button } from "@/ui/button";
import { Poster } from "@/ui/poster";
import { Skeleton } from "@/ui/states";
import { Summary } from "./About";
import { itemQuery } from "./api";
import { Facts } from "./Facts";
import { FromBefore } from "./notes";
import { Seen } from "./Seen";
import { Versions } from "./Versions";
import { titleOf } from "./words";

export function PickedTitle(props: {
  item: ItemSummary;
  onPlay?: (() => void) | undefined;
  onQueue?: (() => void) | undefined;
}) {
  const { t } = useTranslation();
  const { item } = props;
  const title = titleOf(item, t);
  const query = useQuery(itemQuery(item.server, item.rating_key));
  return (
    <div className="flex items-start gap-4 sm:gap-6">
      <Poster src={item.poster} className="w-24 shrink-0 sm:w-40" eager />
      <div className="grid min-w-0 flex-1 grid-cols-1 content-start gap-4">
        <h2 dir="auto" className="title line-clamp-4 break-words pb-0.5 text-2xl sm:text-3xl">
          {title}
        </h2>
        {query.data ? <Facts item={query.data} /> : <Skeleton className="h-5 w-2/3 rounded" />}
        <div className="flex flex-wrap gap-2">
          {props.onPlay && (
            <Button tone="primary" onClick={props.onPlay}>
              <Play fill="currentColor" />
              {t("picker.play")}
            </Button>
          )}
          {props.onQueue && (
            <Button onClick={props.onQueue}>
              <ListPlus />
              {t("picker.queue")}
            </Button>
          )}
        </div>
        <FromBefore stale={query.data?.stale} />
        <Seen item={item} />
        {query.data?.summary && <Summary text={query.data.summary} />}
        {query.data && query.data.versions.length > 0 && (
          <Versions versions={query.data.versions} />
        )}
      </div>
    </div>
  );
}
