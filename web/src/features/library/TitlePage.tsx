/** The page of one title: film, show, season, episode, collection or playlist. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Item } from "@/lib/plexTypes";
import { cn } from "@/ui/cn";
import { Ambience, Poster } from "@/ui/poster";
import { Empty, Skeleton, Trouble } from "@/ui/states";
import { Cast, Summary } from "./About";
import { isTrouble, itemQuery, playlistsQuery } from "./api";
import { Children } from "./Children";
import { Facts } from "./Facts";
import { FromBefore, Offline } from "./notes";
import { Related } from "./Related";
import { Versions } from "./Versions";
import { holdsOthers, titleOf } from "./words";

const FRAME =
  "relative mx-auto grid max-w-6xl grid-cols-1 gap-8 px-4 pt-[min(24vh,13rem)] pb-16 sm:grid-cols-[13rem_minmax(0,1fr)] sm:px-8";
const LONG_TITLE = 40;

/** `actions` are what can be done with something playable. */
export function TitlePage(props: {
  server: string;
  rating_key: string;
  actions: (item: Item) => ReactNode;
}) {
  const query = useQuery(itemQuery(props.server, props.rating_key, true));
  const item = query.data;
  if (isTrouble(query)) {
    return (
      <div className="pt-24">
        <Trouble error={query.error} onRetry={() => void query.refetch()} />
      </div>
    );
  }
  if (item === undefined) return <TitleSkeleton />;
  const holds = holdsOthers(item);
  return (
    <article className="relative">
      <Ambience src={item.backdrop} />
      <div className={FRAME}>
        <Poster src={item.poster} eager className="hidden w-full self-start shadow-pop sm:block" />
        <div className="grid grid-cols-1 content-start gap-4">
          <Offline />
          <FromBefore stale={item.stale} />
          <Heading item={item} />
          <Facts item={item} />
          {!holds && <div className="flex flex-wrap gap-3 pt-1">{props.actions(item)}</div>}
          {item.tagline && (
            <p dir="auto" className="title line-clamp-3 break-words text-dim text-lg italic">
              {item.tagline}
            </p>
          )}
          {item.summary && <Summary text={item.summary} />}
          {item.versions.length > 0 && <Versions versions={item.versions} />}
          {item.cast.length > 0 && <Cast cast={item.cast} />}
        </div>
        <div className="grid min-w-0 grid-cols-1 gap-10 sm:col-span-2">
          {holds && <Children parent={item} />}
          <Related server={item.server} rating_key={item.rating_key} />
        </div>
      </div>
    </article>
  );
}

/** A playlist has no more to it than its name and what it holds. */
export function PlaylistPage({ server, rating_key }: { server: string; rating_key: string }) {
  const { t } = useTranslation();
  const query = useQuery(playlistsQuery(server));
  if (isTrouble(query)) return <Trouble error={query.error} onRetry={() => void query.refetch()} />;
  if (query.data === undefined) return <TitleSkeleton />;
  const playlist = query.data.items.find((each) => each.rating_key === rating_key);
  if (!playlist) {
    return (
      <div className="pt-24">
        <Empty title={t("library.gone")} />
      </div>
    );
  }
  return (
    <article className="mx-auto grid max-w-6xl grid-cols-1 gap-6 px-4 pt-24 pb-16 sm:px-8">
      <FromBefore stale={query.data.stale} />
      <Heading item={playlist} />
      <Children parent={playlist} />
    </article>
  );
}

type Headed = Pick<Item, "server" | "title"> &
  Partial<Pick<Item, "original_title" | "show" | "season">>;

function Heading({ item }: { item: Headed }) {
  const { t } = useTranslation();
  const title = titleOf(item, t);
  const above = [item.show, item.season].filter((each) => each != null);
  return (
    <header className="min-w-0">
      {above.length > 0 && (
        <p className="mb-1 flex flex-wrap gap-x-3 text-dim text-sm">
          {above.map((each) => {
            const name = each.title.trim() || t("library.untitled");
            if (each.rating_key === null) return <span key={name}>{name}</span>;
            return (
              <Link
                key={each.rating_key}
                to="/title/$server/$key"
                params={{ server: item.server, key: each.rating_key }}
                dir="auto"
                className="line-clamp-2 min-h-11 content-center break-words underline-offset-4 hover:text-ink hover:underline"
              >
                {name}
              </Link>
            );
          })}
        </p>
      )}
      <h1
        dir="auto"
        className={cn(
          "title line-clamp-5 break-words pb-[0.18em]",
          title.length > LONG_TITLE ? "text-2xl sm:text-4xl" : "text-4xl sm:text-6xl",
        )}
      >
        {title}
      </h1>
      {item.original_title && item.original_title !== item.title && (
        <p dir="auto" className="mt-1 line-clamp-2 break-words text-dim">
          {item.original_title}
        </p>
      )}
    </header>
  );
}

function TitleSkeleton() {
  return (
    <div aria-busy className={FRAME}>
      <Skeleton className="hidden aspect-2/3 sm:block" />
      <div className="grid content-start gap-4">
        <Offline />
        <Skeleton className="h-14 w-3/4" />
        <Skeleton className="h-5 w-1/2" />
        <Skeleton className="h-32 max-w-prose" />
      </div>
    </div>
  );
}
