/**
 * The pages of a listing that are in view. A page is asked for once the view has come to rest, so
 * that a fling does not ask for all that it passes, and then the next one in its direction.
 */
import { useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import type { ItemSummary } from "@/lib/types";
import { PAGE, pageQuery } from "./api";
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
  const { server, library, listing, total } = props;
  const cache = useQueryClient();
  const first = Math.floor(props.from / PAGE);
  const last = Math.max(first, Math.floor(Math.max(0, props.to - 1) / PAGE));
  const rested = useSettled(`${first} ${last}`, REST_MS) === `${first} ${last}`;
  const before = useRef(first);

  useEffect(() => {
    if (!rested || total === 0) return;
    const next = first < before.current ? first - 1 : last + 1;
    before.current = first;
    if (next < 0 || next * PAGE >= total) return;
    void cache.prefetchQuery(pageQuery(server, library, listing, next));
  }, [rested, first, last, total, cache, server, library, listing]);

  const pages = useQueries({
    queries: Array.from({ length: last - first + 1 }, (_, i) => ({
      ...pageQuery(server, library, listing, first + i),
      enabled: rested,
    })),
  });
  const failed = pages.filter((page) => page.isError);
  return {
    itemAt(index: number): ItemSummary | undefined {
      return pages[Math.floor(index / PAGE) - first]?.data?.items[index % PAGE];
    },
    stale: pages.some((page) => page.data?.stale),
    error: failed[0]?.error ?? null,
    retry() {
      for (const page of failed) void page.refetch();
    },
  };
}
