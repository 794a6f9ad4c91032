/**
 * The wire: what HTTP and Socket.IO carry, as the server writes it (snake_case, units in names).
 * Unknown fields are ignored (SPEC WIRE-7). Nothing here has behaviour.
 */
import type { ItemKind } from "./plexTypes";

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
  /** Further providers that are configured. */
  others: { name: string; label: string }[];
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

/** How somebody can sign in to their account. */
export interface WaysIn {
  password: boolean;
  linked: { provider: string; username: string }[];
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
  | "sound"
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
  stream: { generation: number; rendition: number | string; sound?: string | null } | null;
  by: By | null;
  cause: Cause;
  /** Whether the item began where this room had left it (SPEC PB-30). */
  resumed?: boolean;
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

/** What comes next, as the room is offered it (SPEC PB-27). */
export interface Offer {
  item: RoomItem;
  /** When it begins by itself; null: only when somebody says so. */
  ends_ms: number | null;
  clock_id: string;
  /** Whether it is the head of the queue. */
  queued: boolean;
  /** Of the timeline at whose end it is offered. */
  revision: number;
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
  /** Whether what comes next begins by itself (SPEC PB-28). */
  autoplay: boolean;
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
  offer?: Offer | null;
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
