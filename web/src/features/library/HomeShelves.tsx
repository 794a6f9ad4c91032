/** The shelves of home: what is going on, what is new, what the server's owner has put there. */
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import type { ItemSummary, Shelves } from "@/lib/plexTypes";
import { Trouble } from "@/ui/states";
import { hubQuery, isTrouble, playlistsQuery, shelvesQuery } from "./api";
import { FromBefore, Offline } from "./notes";
import { Shelf } from "./Shelf";

/** Shelves of which less than half is on show already: Plex promotes some of what we show anyway. */
export function unlike(
  shelves: Shelves["shelves"],
  shown: readonly (readonly ItemSummary[])[],
): Shelves["shelves"] {
  const keys = shown.map((items) => new Set(items.map((each) => each.rating_key)));
  return shelves.filter(({ items }) =>
    keys.every((set) => items.filter((each) => set.has(each.rating_key)).length * 2 < items.length),
  );
}

export function HomeShelves({ server }: { server: string }) {
  const { t } = useTranslation();
  const going = useQuery(hubQuery("continue-watching", server));
  const recent = useQuery(hubQuery("recently-added", server));
  const promoted = useQuery(shelvesQuery(server));
  const playlists = useQuery(playlistsQuery(server));
  if (isTrouble(going) && isTrouble(recent)) {
    const again = () => {
      for (const each of [going, recent, promoted, playlists]) void each.refetch();
    };
    return <Trouble error={recent.error} onRetry={again} />;
  }
  const shown = [going.data?.items ?? [], recent.data?.items ?? []];
  // What is promoted waits for what it is compared with, so that nothing moves away again.
  const ready = !going.isPending && !recent.isPending;
  const more = ready ? unlike(promoted.data?.shelves ?? [], shown) : [];
  return (
    <div className="grid grid-cols-1 gap-10">
      <Offline />
      <FromBefore stale={going.data?.stale || recent.data?.stale || promoted.data?.stale} />
      <Shelf title={t("home.continue")} query={going} wide />
      <Shelf title={t("home.recent")} query={recent} />
      {more.map((shelf) => (
        <Shelf
          key={`${shelf.id} ${shelf.title}`}
          title={shelf.title}
          query={{ data: shelf, isPending: false }}
        />
      ))}
      {playlists.data && <Shelf title={t("home.playlists")} query={playlists} />}
    </div>
  );
}
