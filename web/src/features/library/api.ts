/** Everything the page asks of Plex, through the server. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { ApiError, api, withQuery } from "@/lib/api";
import type {
  Aged,
  FilterChoice,
  Item,
  ItemKind,
  ItemPage,
  Letter,
  Library,
  LibraryMenu,
  PlexServer,
  Shelves,
} from "@/lib/plexTypes";
import type { Listing } from "./place";

export const PAGE = 60;

/** Long enough for what was left to be there unchanged when one comes back to it. */
const KEPT_MS = 15 * 60_000;
/** The server keeps answers and hears of changes, so that asking it again costs little. */
const FRESH_MS = 60_000;

/** What is there in a moment, and what may be there once Plex is back, is asked for again. */
const RENEWING_MS = 1_500;
const AWAY_MS = 15_000;

/** How long is waited by itself when the server asks for patience; longer, and it is said. */
const PATIENCE_S = 20;
const TRIES = 3;
const TOO_MANY = 429;

const tooMuch = (error: Error) => error instanceof ApiError && error.retry_after_s !== null;

/** The server knows the answer, and it is no; what was shown before is not so any more. */
const isRefusal = (error: Error | null) =>
  error instanceof ApiError &&
  (error.code === "plex_unauthorized" ||
    (error.status >= 400 && error.status < 500 && error.status !== TOO_MANY));

/** Whether to say so in place of what is shown: a failure to ask again hides nothing. */
export const isTrouble = <T>(query: { data: T; error: Error | null }) =>
  query.error !== null && (query.data === undefined || isRefusal(query.error));

/** For every question: what is asked too quickly is asked again when the server wants it. */
const patient = {
  retry: (count: number, error: Error) => {
    if (!(error instanceof ApiError)) return count < TRIES;
    if (tooMuch(error)) return count < TRIES && (error.retry_after_s ?? 0) <= PATIENCE_S;
    return (error.status >= 500 || error.status === 0) && count < TRIES - 1;
  },
  retryDelay: (count: number, error: Error) =>
    tooMuch(error) ? ((error as ApiError).retry_after_s ?? 1) * 1000 + 50 : 1000 * 2 ** count,
  refetchInterval: ({ state }: { state: { data?: unknown; error: Error | null } }) => {
    const data = state.data as Aged | undefined;
    if (isRefusal(state.error)) return false as const;
    if (data?.renewing && !state.error) return RENEWING_MS;
    return data?.stale || data?.renewing ? AWAY_MS : (false as const);
  },
};

const segment = encodeURIComponent;
const inLibrary = (key: string, rest: string) => `api/plex/libraries/${segment(key)}/${rest}`;

export const serversQuery = queryOptions({
  ...patient,
  queryKey: ["servers"],
  queryFn: ({ signal }) => api.get<PlexServer[]>("api/plex/servers", signal),
  staleTime: FRESH_MS,
  gcTime: KEPT_MS,
});

export const librariesQuery = (server: string) =>
  queryOptions({
    ...patient,
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
    ...patient,
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
    ...patient,
    queryKey: ["menu", server, key],
    queryFn: ({ signal }) =>
      api.get<LibraryMenu>(withQuery(inLibrary(key, "menu"), { server }), signal),
    staleTime: FRESH_MS,
    gcTime: KEPT_MS,
  });

export const choicesQuery = (server: string, key: string, name: string) =>
  queryOptions({
    ...patient,
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
    ...patient,
    queryKey: ["letters", server, key, listing],
    queryFn: ({ signal }) =>
      api.get<Letter[]>(listed(inLibrary(key, "letters"), listing, { server }), signal),
    staleTime: FRESH_MS,
    gcTime: KEPT_MS,
  });

export const collectionsQuery = (server: string, key: string) =>
  queryOptions({
    ...patient,
    queryKey: ["collections", server, key],
    queryFn: ({ signal }) =>
      api.get<ItemPage>(withQuery(inLibrary(key, "collections"), { server }), signal),
    staleTime: FRESH_MS,
    gcTime: KEPT_MS,
  });

/** `related_next`: what goes with it is asked for next, and may be fetched already. */
export const itemQuery = (server: string, rating_key: string, related_next?: boolean) =>
  queryOptions({
    ...patient,
    queryKey: ["item", server, rating_key],
    queryFn: ({ signal }) =>
      api.get<Item>(
        withQuery(`api/plex/items/${segment(rating_key)}`, {
          server,
          related_next: related_next ? "true" : null,
        }),
        signal,
      ),
    staleTime: FRESH_MS,
  });

export const childrenQuery = (server: string, rating_key: string, kind: ItemKind) =>
  queryOptions({
    ...patient,
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
    ...patient,
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
    ...patient,
    queryKey: ["search", server, q],
    queryFn: ({ signal }) => api.get<ItemPage>(withQuery("api/plex/search", { q, server }), signal),
    enabled: q.trim().length > 0 && server !== null,
    staleTime: FRESH_MS,
    placeholderData: keepPreviousData,
  });

export const hubQuery = (hub: "continue-watching" | "recently-added", server: string) =>
  queryOptions({
    ...patient,
    queryKey: ["hub", hub, server],
    queryFn: ({ signal }) =>
      api.get<ItemPage>(withQuery(`api/plex/hubs/${hub}`, { server }), signal),
    staleTime: FRESH_MS,
  });

export const shelvesQuery = (server: string) =>
  queryOptions({
    ...patient,
    queryKey: ["shelves", server],
    queryFn: ({ signal }) => api.get<Shelves>(withQuery("api/plex/shelves", { server }), signal),
    staleTime: FRESH_MS,
  });

export const playlistsQuery = (server: string) =>
  queryOptions({
    ...patient,
    queryKey: ["playlists", server],
    queryFn: ({ signal }) => api.get<ItemPage>(withQuery("api/plex/playlists", { server }), signal),
    staleTime: FRESH_MS,
  });
