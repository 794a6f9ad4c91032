/**
 * The wire: what HTTP and Socket.IO carry, as the server writes it (snake_case, units in names).
 * Unknown fields are ignored (SPEC WIRE-7). Nothing here has behaviour.
 */

export type Action =
  | "playback.play_pause"
  | "playback.seek"
  | "playback.load"
  | "playback.rate"
  | "queue.edit"
  | "chat.send"
  | "chat.moderate"
  | "member.permit"
  | "member.kick"
  | "host.pass"
  | "room.edit"
  | "invite.create"
  | "wait.skip";

export interface Setup {
  first_run: boolean;
  sign_up: "closed" | "plex" | "open";
  providers: ("local" | "plex")[];
  demo: boolean;
  secure: boolean;
  version: string;
  setup_code_needed: boolean;
}

export interface Account {
  id: string;
  username: string;
  display_name: string;
  role: "owner" | "user";
  plex: { linked: boolean; username: string | null };
}

export interface Guest {
  id: string;
  name: string;
  room_code: string;
}

export interface Me {
  account: Account | null;
  guest: Guest | null;
}

export interface Session {
  id: string;
  current: boolean;
  created_wall_ms: number;
  last_seen_wall_ms: number;
  device: string;
}

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

/** The show or season that an item belongs to. */
export interface Ancestor {
  rating_key: string | null;
  title: string;
}

export interface Item extends ItemSummary {
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
  stale: boolean;
}

export interface ItemPage {
  items: ItemSummary[];
  total: number;
  start?: number;
  /** Plex is away and this is from before. */
  stale?: boolean;
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

export interface Shelves {
  /** `id` is Plex's name of the row, the same in every language. */
  shelves: { id: string; title: string; items: ItemSummary[] }[];
  stale: boolean;
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

export interface RoomItem {
  server: string;
  rating_key: string;
  kind: ItemKind;
  title: string;
  subtitle: string | null;
  duration_s: number;
  poster: string | null;
  backdrop: string | null;
}

export type PlaybackState = "idle" | "paused" | "waiting" | "playing";
export type Control = "host" | "everyone";
export type WaitPolicy = "everyone" | "host" | "never";

export interface Room {
  code: string;
  name: string;
  link: string;
  state: PlaybackState;
  item: RoomItem | null;
  members_online: number;
  created_wall_ms: number;
  you_are_host: boolean;
  invite_only: boolean;
  control: Control;
  wait_policy: WaitPolicy;
}

export interface Door {
  code: string;
  name: string;
  state: PlaybackState;
  item: RoomItem | null;
  host: string | null;
  people: { name: string; colour: number }[];
  invite_only: boolean;
  you: { member_id: string; name: string } | null;
  closed: boolean;
}

export interface Invite {
  token: string;
  link: string;
  expires_wall_ms: number | null;
  max_uses: number | null;
  uses: number;
}

export interface Ticket {
  ticket: string;
  url: string;
  expires_in_s: number;
}

export interface By {
  member_id: string;
  name: string;
}

export type Cause =
  | "load"
  | "play"
  | "pause"
  | "seek"
  | "rate"
  | "next"
  | "ready"
  | "stall"
  | "skip"
  | "ended"
  | "empty"
  | "restart"
  | "ease"
  | "check";

export interface Timeline {
  epoch: number;
  revision: number;
  item: RoomItem | null;
  duration_s: number;
  state: PlaybackState;
  position_s: number;
  /** With which the position moves: `speed`, or a little less while the room is eased. */
  rate: number;
  /** What a person chose, 0.5–2 (SPEC PB-18). */
  speed: number;
  as_of_ms: number;
  clock_id: string;
  stream: { generation: number; rendition: number | string } | null;
  by: By | null;
  cause: Cause;
  /** Its place in the log; an acknowledgement leaves it out. */
  seq?: number;
  durable?: boolean;
}

/** What keeps a screen from being with the room, as it says itself (SPEC SYN-3). */
export type Limit = "slow_link" | "slow_device" | "fixed_rate" | "hidden" | null;

/** Why somebody is not with the room (SPEC SYN-2). */
export type Why = "stepped_out" | "buffering" | "excused" | Exclude<Limit, null> | "catching_up";

/** Why the room does not wait for somebody who is there. */
export type Excuse = "late" | "skipped" | "stalls" | "returning";

export interface Member {
  id: string;
  name: string;
  colour: number;
  kind: "account" | "guest";
  host: boolean;
  online: boolean;
  ready: boolean;
  excused: boolean;
  excuse: Excuse | null;
  stalled: boolean;
  buffered_s: number;
  drift_ms: number | null;
  rtt_ms: number | null;
  permits: Action[];
  stepped_out: boolean;
  /** Has said to be ready in the check that is open (SPEC PB-21). */
  answered: boolean;
  limit: Limit;
}

/** How well the room is together (SPEC SYN-1). */
export interface RoomSync {
  spread_ms: number | null;
  p95_ms: number | null;
  /** How many members the figures are about. */
  members: number;
  behind: { member_id: string; why: Why }[];
}

/** An open ready check (SPEC PB-21). */
export interface Check {
  by: By | null;
  ends_ms: number;
  clock_id: string;
}

export interface You extends Member {
  actions: Action[];
}

export interface Message {
  id: string;
  seq: number;
  member_id: string;
  name: string;
  colour: number;
  text: string | null;
  reply_to: string | null;
  position_s: number | null;
  wall_ms: number;
}

export interface QueueEntry {
  id: string;
  item: RoomItem;
  by: By;
}

export interface RoomInfo {
  code: string;
  name: string;
  link: string;
  control: Control;
  wait_policy: WaitPolicy;
  invite_only: boolean;
  owner_member_id: string | null;
}

export interface JoinAnswer {
  room: RoomInfo;
  you: You;
  members: Member[];
  timeline: Timeline;
  queue: QueueEntry[];
  messages: Message[];
  /** On a replay: ids of messages deleted since. */
  deleted?: string[];
  check: Check | null;
  resumed: "replay" | "snapshot";
  durable?: boolean;
  epoch: number;
  seq: number;
  clock_id: string;
}

export interface WireError {
  code: string;
  message: string;
  retry_after_s?: number;
  timeline?: Timeline;
}

/** SPEC WIRE-3: how every client event is acknowledged. */
export type Ack<T> = ({ ok: true } & T) | { ok: false; error: WireError; timeline?: Timeline };

/** What a member reports about their own playback (volatile). */
export interface Status {
  buffered_s: number;
  stalled: boolean;
  drift_ms: number | null;
  rtt_ms: number | null;
  revision: number;
  position_s: number;
  /** Film loaded per second of late; null when nothing holds the loading back (SPEC PB-19). */
  fill: number | null;
  limit: Limit;
  /** Of the clock, in ms. */
  uncertainty_ms: number | null;
  /** Corrective ones since the last status. */
  seeks: number;
  /** What a start costs on this device (SPEC PB-25). */
  start_ms: number;
}
