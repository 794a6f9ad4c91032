/** What the server tells of Plex: sign-in, servers, libraries and titles. */
import type { Account } from "./types";

export interface PlexPin {
  id: string;
  code: string;
  url: string;
  expires_in_s: number;
}

export interface PlexPinStatus {
  status: "pending" | "approved" | "expired";
  account: Account | null;
}

export interface PlexServer {
  id: string;
  name: string;
  owned: boolean;
  online: boolean;
  version: string | null;
}

export interface HomeUser {
  uuid: string;
  title: string;
  admin: boolean;
  restricted: boolean;
  protected: boolean;
}

/** `current` is null for whoever sees Plex as themselves. */
export interface PlexHome {
  users: HomeUser[];
  current: string | null;
}

export interface PlexReport {
  servers: {
    id: string;
    name: string;
    owned: boolean;
    version: string | null;
    link: "local" | "remote" | "relay" | null;
  }[];
  endpoints: {
    endpoint: string;
    calls: number;
    failed: number;
    failing: number;
    p50_ms: number | null;
    p95_ms: number | null;
  }[];
  kinds: {
    kind: string;
    asked: number;
    fresh: number;
    unchanged: number;
    meanwhile: number;
    shared: number;
    merged: number;
    stale: number;
    missed: number;
  }[];
  hit_rate: number | null;
  cached_answers: number;
  cached_items: number;
  retries: number;
  hedges: number;
  breakers_open: number;
  received_bytes: Record<string, number>;
  listened_to: number;
  changes_heard: number;
  redis: { status: "not_configured" | "healthy" | "unreachable" };
  advice: { code: PlexAdvice; about: Record<string, string | number> }[];
}

export type PlexAdvice =
  | "server_offline"
  | "server_on_relay"
  | "server_is_slow"
  | "calls_fail"
  | "calls_hang"
  | "few_hits"
  | "redis_away"
  | "not_listening";

export interface Library {
  key: string;
  title: string;
  kind: "movie" | "show" | "other";
}

export type ItemKind =
  | "movie"
  | "show"
  | "season"
  | "episode"
  | "collection"
  | "playlist"
  | "other";

export interface ItemSummary {
  server: string;
  rating_key: string;
  kind: ItemKind;
  title: string;
  subtitle: string | null;
  year: number | null;
  duration_s: number | null;
  poster: string | null;
  backdrop: string | null;
  view_offset_s: number;
  watched: boolean;
  index: number | null;
  parent_index: number | null;
  child_count: number | null;
}

export interface Stream {
  id: string;
  kind: "video" | "audio" | "subtitle";
  codec: string;
  language: string | null;
  title: string;
  default: boolean;
  channels: number | null;
}

export interface Version {
  id: string;
  container: string;
  resolution: string;
  video_codec: string;
  audio_codec: string;
  bitrate_kbps: number | null;
  width: number | null;
  height: number | null;
  size_bytes: number | null;
  parts: number;
  streams: Stream[];
}

export interface Chapter {
  title: string;
  start_s: number;
  end_s: number;
}

export interface Marker {
  kind: "intro" | "credits";
  start_s: number;
  end_s: number;
}

export interface Aged {
  /** Plex is away and this is from before. */
  stale: boolean;
  /** This is from lately; the right answer is there when asked again in a moment. */
  renewing?: boolean;
}

/** The show or season that an item belongs to. */
export interface Ancestor {
  rating_key: string | null;
  title: string;
}

export interface Item extends ItemSummary, Aged {
  summary: string;
  tagline: string | null;
  original_title: string | null;
  /** A date, as `1989-02-17`. */
  released_on: string | null;
  /** 0–10. */
  rating: number | null;
  genres: string[];
  directors: string[];
  cast: { name: string; role: string }[];
  content_rating: string | null;
  studio: string | null;
  show: Ancestor | null;
  season: Ancestor | null;
  versions: Version[];
  chapters: Chapter[];
  markers: Marker[];
}

export interface ItemPage extends Partial<Aged> {
  items: ItemSummary[];
  total: number;
  start?: number;
}

/** What a library can be narrowed and ordered by; titles are in the server's language. */
export interface LibraryMenu {
  filters: { name: string; title: string; switch: boolean }[];
  sorts: { name: string; title: string; descending: boolean }[];
}

export interface FilterChoice {
  value: string;
  title: string;
}

/** A first letter: how many titles begin with it, and where the first of them stands. */
export interface Letter {
  letter: string;
  count: number;
  start: number;
}

export interface Shelves extends Aged {
  /** `id` is Plex's name of the row, the same in every language. */
  shelves: { id: string; title: string; items: ItemSummary[] }[];
}

/** Who of a room has seen a title; null where nobody can know. */
export interface SeenBy {
  members: {
    member_id: string;
    name: string;
    seen: boolean | null;
    view_offset_s: number | null;
  }[];
}
