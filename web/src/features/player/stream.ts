/** What names a stream. Pure. */
import type { Timeline } from "@/lib/types";

/** Where something is streamed from, and what it is. */
export interface Stream {
  /** The address below which it is streamed. */
  url: string;
  /** See `itemKey` and `streamKey`. */
  item: string;
  key: string;
}

/** What is on; the same through another choice of its sound. */
export function itemKey(timeline: Timeline | null): string | null {
  if (!timeline?.item) return null;
  return `${timeline.item.server} ${timeline.item.rating_key}`;
}

/** What identifies a stream: another item, or another sound of it, needs another source. */
export function streamKey(timeline: Timeline | null): string | null {
  const item = itemKey(timeline);
  return item && `${item} ${timeline?.stream?.generation ?? 0}`;
}
