/** Everything the page asks of Plex, through the server. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, withQuery } from "@/lib/api";
import type { Item, ItemPage, ItemSummary, Library, PlexServer } from "@/lib/types";

export const PAGE = 60;
export type Sort = "title" | "added" | "year";
export const SORTS: readonly Sort[] = ["title", "added", "year"];

const segment = encodeURIComponent;

export const serversQuery = queryOptions({
  queryKey: ["servers"],
  queryFn: ({ signal }) => api.get<PlexServer[]>("api/plex/servers", signal),
  staleTime: 60_000,
});

export const librariesQuery = (server: string) =>
  queryOptions({
    queryKey: ["libraries", server],
    queryFn: ({ signal }) =>
      api.get<Library[]>(`api/plex/servers/${segment(server)}/libraries`, signal),
    staleTime: 300_000,
  });

export const pageQuery = (server: string, key: string, sort: Sort, page: number) =>
  queryOptions({
    queryKey: ["items", server, key, sort, page],
    queryFn: ({ signal }) =>
      api.get<ItemPage>(
        withQuery(`api/plex/libraries/${segment(key)}/items`, {
          server,
          start: page * PAGE,
          size: PAGE,
          sort,
        }),
        signal,
      ),
    staleTime: 300_000,
  });

export const itemQuery = (server: string, rating_key: string) =>
  queryOptions({
    queryKey: ["item", server, rating_key],
    queryFn: ({ signal }) =>
      api.get<Item>(withQuery(`api/plex/items/${segment(rating_key)}`, { server }), signal),
    staleTime: 300_000,
  });

export const childrenQuery = (server: string, rating_key: string) =>
  queryOptions({
    queryKey: ["children", server, rating_key],
    queryFn: ({ signal }) =>
      api.get<ItemPage>(
        withQuery(`api/plex/items/${segment(rating_key)}/children`, { server }),
        signal,
      ),
    staleTime: 300_000,
  });

export const searchQuery = (server: string | null, q: string) =>
  queryOptions({
    queryKey: ["search", server, q],
    queryFn: ({ signal }) =>
      api.get<{ items: ItemSummary[] }>(withQuery("api/plex/search", { q, server }), signal),
    enabled: q.trim().length > 0 && server !== null,
    staleTime: 60_000,
    placeholderData: keepPreviousData,
  });

export const hubQuery = (hub: "continue-watching" | "recently-added", server: string) =>
  queryOptions({
    queryKey: ["hub", hub, server],
    queryFn: ({ signal }) =>
      api.get<{ items: ItemSummary[] }>(withQuery(`api/plex/hubs/${hub}`, { server }), signal),
    staleTime: 60_000,
  });
