/** Titles as the server tells of them. */
import type { Item, ItemSummary, Stream } from "@/lib/plexTypes";

export function anItem(over: Partial<ItemSummary> = {}): ItemSummary {
  return {
    server: "s1",
    rating_key: "7",
    kind: "movie",
    title: "The Lantern Keeper",
    subtitle: null,
    year: 1989,
    duration_s: 7200,
    poster: null,
    backdrop: null,
    view_offset_s: 0,
    watched: false,
    index: null,
    parent_index: null,
    child_count: null,
    ...over,
  };
}

export function aStream(over: Partial<Stream> = {}): Stream {
  return {
    id: "1",
    kind: "audio",
    codec: "aac",
    language: "en",
    title: "",
    default: true,
    channels: 2,
    ...over,
  };
}

export function aWholeItem(over: Partial<Item> = {}): Item {
  return {
    ...anItem(),
    summary: "A keeper, a lantern.",
    tagline: null,
    original_title: null,
    released_on: null,
    rating: null,
    genres: [],
    directors: [],
    cast: [],
    content_rating: null,
    studio: null,
    show: null,
    season: null,
    versions: [],
    chapters: [],
    markers: [],
    stale: false,
    ...over,
  };
}
