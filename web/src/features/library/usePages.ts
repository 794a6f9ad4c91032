/**
 * The pages of a listing that are in view. A page is asked for once the view has come to rest, so
 * that a fling does not ask for all that it passes, and then the next one in its direction.
 */
import { useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";
import type { ItemSummary } from "@/lib/plexTypes";
import { isTrouble, PAGE, pageQuery } from "./api";
import type { Listing } from "./place";
import { useSettled } from "./useSettled";

const REST_MS = 120;

export function useFirstPage(server: string, library: string, listing: Listing) {
  return useQuery(pageQuery(server, library, listing, 0));
}

export function usePages(props: {
  server: string;
  library: string;
  listing: Listing;
  from: number;
  to: number;
  total: number;
}) {
  const { server, library, listing, from, to, total } = props;
  const cache = useQueryClient();
  const first = Math.floor(from / PAGE);
  const last = Math.max(first, Math.floor(Math.max(0, to - 1) / PAGE));
  const rested = useSettled(`${first} ${last}`, REST_MS) === `${first} ${last}`;
  const before = useRef(first);

  const pages = useQueries({
    queries: Array.from({ length: last - first + 1 }, (_, i) => ({
      ...pageQuery(server, library, listing, first + i),
      enabled: rested,
    })),
  });
  const there = rested && pages.every((page) => page.isSuccess);
  useEffect(() => {
    if (!there || total === 0) return;
    const next = first < before.current ? first - 1 : last + 1;
    before.current = first;
    if (next < 0 || next * PAGE >= total) return;
    // Not before what is in view has been drawn.
    const ahead = setTimeout(() => {
      void cache.prefetchQuery(pageQuery(server, library, listing, next));
    }, 3 * REST_MS);
    return () => clearTimeout(ahead);
  }, [there, first, last, total, cache, server, library, listing]);

  const arrived = pages.map((page) => page.dataUpdatedAt).join(" ");
  // biome-ignore lint/correctness/useExhaustiveDependencies: `arrived` stands for the pages
  const items = useMemo(() => {
    const at = (index: number): ItemSummary | undefined =>
      pages[Math.floor(index / PAGE) - first]?.data?.items[index % PAGE];
    return Array.from({ length: to - from }, (_, i) => at(from + i));
  }, [arrived, from, to, first]);
  const failed = pages.filter(isTrouble);
  return {
    /** Those from `from` to `to`; undefined where they are still to come. */
    items,
    stale: pages.some((page) => page.data?.stale),
    error: failed[0]?.error ?? null,
    retry() {
      for (const page of failed) void page.refetch();
    },
  };
}
