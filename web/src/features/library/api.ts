/** Everything the page asks of Plex, through the server. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, withQuery } from "@/lib/api";
import type {
  FilterChoice,
  Item,
  ItemKind,
  ItemPage,
  Letter,
  Library,
  LibraryMenu,
  PlexServer,
  Shelves,
} from "@/lib/types";
import type { Listing } from "./place";

export const PAGE = 60;

/** Long enough for what was left to be there unchanged when one comes back to it. */
const KEPT_MS = 15 * 60_000;
const FRESH_MS = 300_000;

const segment = encodeURIComponent;
const inLibrary = (key: string, rest: string) => `api/plex/libraries/${segment(key)}/${rest}`;

export const serversQuery = queryOptions({
  queryKey: ["servers"],
  queryFn: ({ signal }) => api.get<PlexServer[]>("api/plex/servers", signal),
  staleTime: 60_000,
  gcTime: KEPT_MS,
});

export const librariesQuery = (server: string) =>
  queryOptions({
    queryKey: ["libraries", server],
    queryFn: ({ signal }) =>
      api.get<Library[]>(`api/plex/servers/${segment(server)}/libraries`, signal),
    staleTime: FRESH_MS,
    gcTime: KEPT_MS,
  });

/** A listing as the server takes it; several filters stand one after another. */
function listed(path: string, listing: Listing, more: Record<string, string | number>): string {
  const address = withQuery(path, { ...more, sort: listing.sort, order: listing.order });
  const filters = (listing.filter ?? []).map((each) => `&filter=${segment(each)}`);
  return address + filters.join("");
}

export const pageQuery = (server: string, key: string, listing: Listing, page: number) =>
  queryOptions({
    queryKey: ["items", server, key, listing, page],
    queryFn: ({ signal }) =>
      api.get<ItemPage>(
        listed(inLibrary(key, "items"), listing, { server, start: page * PAGE, size: PAGE }),
        signal,
      ),
    staleTime: FRESH_MS,
    gcTime: KEPT_MS,
  });

export const menuQuery = (server: string, key: string) =>
  queryOptions({
    queryKey: ["menu", server, key],
    queryFn: ({ signal }) =>
      api.get<LibraryMenu>(withQuery(inLibrary(key, "menu"), { server }), signal),
    staleTime: FRESH_MS,
    gcTime: KEPT_MS,
  });

export const choicesQuery = (server: string, key: string, name: string) =>
  queryOptions({
    queryKey: ["choices", server, key, name],
    queryFn: ({ signal }) =>
      api.get<FilterChoice[]>(
        withQuery(inLibrary(key, `choices/${segment(name)}`), { server }),
        signal,
      ),
    staleTime: FRESH_MS,
  });

export const lettersQuery = (server: string, key: string, listing: Listing) =>
  queryOptions({
    queryKey: ["letters", server, key, listing],
    queryFn: ({ signal }) =>
      api.get<Letter[]>(listed(inLibrary(key, "letters"), listing, { server }), signal),
    staleTime: FRESH_MS,
    gcTime: KEPT_MS,
  });

export const collectionsQuery = (server: string, key: string) =>
  queryOptions({
    queryKey: ["collections", server, key],
    queryFn: ({ signal }) =>
      api.get<ItemPage>(withQuery(inLibrary(key, "collections"), { server }), signal),
    staleTime: FRESH_MS,
    gcTime: KEPT_MS,
  });

export const itemQuery = (server: string, rating_key: string) =>
  queryOptions({
    queryKey: ["item", server, rating_key],
    queryFn: ({ signal }) =>
      api.get<Item>(withQuery(`api/plex/items/${segment(rating_key)}`, { server }), signal),
    staleTime: FRESH_MS,
  });

export const childrenQuery = (server: string, rating_key: string, kind: ItemKind) =>
  queryOptions({
    queryKey: ["children", server, rating_key],
    queryFn: ({ signal }) =>
      api.get<ItemPage>(
        withQuery(`api/plex/items/${segment(rating_key)}/children`, { server, kind }),
        signal,
      ),
    staleTime: FRESH_MS,
    gcTime: KEPT_MS,
  });

export const relatedQuery = (server: string, rating_key: string) =>
  queryOptions({
    queryKey: ["related", server, rating_key],
    queryFn: ({ signal }) =>
      api.get<Shelves>(
        withQuery(`api/plex/items/${segment(rating_key)}/related`, { server }),
        signal,
      ),
    staleTime: FRESH_MS,
  });

export const searchQuery = (server: string | null, q: string) =>
  queryOptions({
    queryKey: ["search", server, q],
    queryFn: ({ signal }) => api.get<ItemPage>(withQuery("api/plex/search", { q, server }), signal),
    enabled: q.trim().length > 0 && server !== null,
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  });

export const hubQuery = (hub: "continue-watching" | "recently-added", server: string) =>
  queryOptions({
    queryKey: ["hub", hub, server],
    queryFn: ({ signal }) =>
      api.get<ItemPage>(withQuery(`api/plex/hubs/${hub}`, { server }), signal),
    staleTime: 60_000,
  });

export const shelvesQuery = (server: string) =>
  queryOptions({
    queryKey: ["shelves", server],
    queryFn: ({ signal }) => api.get<Shelves>(withQuery("api/plex/shelves", { server }), signal),
    staleTime: 60_000,
  });

export const playlistsQuery = (server: string) =>
  queryOptions({
    queryKey: ["playlists", server],
    queryFn: ({ signal }) => api.get<ItemPage>(withQuery("api/plex/playlists", { server }), signal),
    staleTime: 60_000,
  });
