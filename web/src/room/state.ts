/** What a page knows of the room: its shape, and what is read from it. Pure. */
import type {
  Check,
  Member,
  Message,
  Offer,
  QueueEntry,
  RoomInfo,
  RoomSync,
  Timeline,
  You,
} from "@/lib/types";
import { positionAt } from "@/sync/timeline";
import type { Draft } from "./messages";

export type Phase =
  | "connecting"
  | "joined"
  | "reconnecting"
  | "kicked"
  | "closed"
  | "unknown"
  | "signed_out"
  | "refused";

export type Notice =
  | { kind: "timeline"; timeline: Timeline; before: Timeline | null; from_s: number | null }
  | { kind: "host"; member_id: string; reason: string }
  | { kind: "joined" | "left"; name: string; reason?: string }
  | { kind: "excused" | "stepped_out" | "stepped_in"; members: Member[] }
  | { kind: "check_closed"; reason: string; missing: string[] }
  | { kind: "stays" }
  | { kind: "reaction"; member_id: string; emoji: string };

export interface RoomState {
  phase: Phase;
  refusal: { code: string; message: string } | null;
  room: RoomInfo | null;
  you: You | null;
  /** Host only until the real one is back: steers, but does not rule (SPEC MEM-5). */
  stand_in: boolean;
  /** This screen follows nothing (SPEC PB-22). */
  out: boolean;
  members: Member[];
  check: Check | null;
  /** As the server said it last; `openOffer` tells whether it still stands. */
  offer: Offer | null;
  /** How well the room is together, and when (own clock) that was said. */
  sync: RoomSync | null;
  sync_at_ms: number;
  timeline: Timeline | null;
  /** Own clock when the timeline came, to show how long a wait lasts. */
  timeline_since_ms: number;
  queue: QueueEntry[];
  messages: Message[];
  more_messages: boolean;
  drafts: Draft[];
  typing: string[];
  epoch: number;
  seq: number;
  /** The last event from which a rejoin may go on. */
  resume: { epoch: number; seq: number } | null;
  clock_id: string | null;
}

export interface Position {
  epoch?: number;
  seq?: number;
  /** False while the database has not taken it. */
  durable?: boolean;
}

export const initialRoom: RoomState = {
  phase: "connecting",
  refusal: null,
  room: null,
  you: null,
  stand_in: false,
  out: false,
  members: [],
  check: null,
  offer: null,
  sync: null,
  sync_at_ms: 0,
  timeline: null,
  timeline_since_ms: 0,
  queue: [],
  messages: [],
  more_messages: true,
  drafts: [],
  typing: [],
  epoch: 0,
  seq: 0,
  resume: null,
  clock_id: null,
};

/** News about the spread comes every 2 s while playing (SPEC SYN-1); older than this it is none. */
const SYNC_FRESH_MS = 6_000;

/** How well the room is together; null while nothing plays, or when no word came of late. */
export function freshSync(state: RoomState, now_ms: number): RoomSync | null {
  if (state.timeline?.state !== "playing" || state.phase !== "joined") return null;
  return now_ms - state.sync_at_ms < SYNC_FRESH_MS ? state.sync : null;
}

/** What is offered now: an offer belongs to one end of the film, and any change of it ends it. */
export function openOffer({ offer, timeline }: RoomState): Offer | null {
  return offer !== null && offer.revision === timeline?.revision ? offer : null;
}

/** Where the film was when a change took it somewhere else, in seconds. */
export function leftAt(before: Timeline | null, after: Timeline): number | null {
  if (before === null) return null;
  return before.clock_id === after.clock_id
    ? positionAt(before, after.as_of_ms)
    : before.position_s;
}

/** Where an event stands against what is known: the next one, an old one, or beyond a gap. */
export function order(
  known: { epoch: number; seq: number },
  event: Position,
): "next" | "old" | "gap" {
  if (event.epoch === undefined || event.seq === undefined) return "next";
  if (event.epoch !== known.epoch) return event.epoch > known.epoch ? "gap" : "old";
  if (event.seq <= known.seq) return "old";
  return event.seq === known.seq + 1 ? "next" : "gap";
}
