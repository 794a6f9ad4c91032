/**
 * What this page knows of the room. Snapshots and events come in, components read. Timelines that
 * are not newer are ignored (SPEC PB-5); a gap in the log asks for a rejoin (SPEC WIRE-6).
 */
import { createStore, type StoreApi } from "zustand/vanilla";
import type {
  Action,
  Check,
  JoinAnswer,
  Member,
  Offer,
  QueueEntry,
  RoomInfo,
  RoomSync,
  Timeline,
} from "@/lib/types";
import { isNewer } from "@/sync/timeline";
import { createChat } from "./chat";
import { mergeMessages, withoutText } from "./messages";
import {
  initialRoom,
  leftAt,
  type Notice,
  order,
  type Phase,
  type Position,
  type RoomState,
} from "./state";

export type RoomStore = ReturnType<typeof createRoomStore>;

/** How many messages one join gives (SPEC CHAT-3). */
const HISTORY = 50;

export function createRoomStore(now: () => number = () => performance.now()) {
  const store: StoreApi<RoomState> = createStore<RoomState>(() => initialRoom);
  const { getState: get, setState: set } = store;
  const noticed = new Set<(notice: Notice) => void>();
  const gapped = new Set<() => void>();
  const tell = (notice: Notice) => {
    for (const each of noticed) each(notice);
  };

  /** A durable event: applied once and in order. False when it is to be left alone. */
  function durable(event: Position): boolean {
    const at = order(get(), event);
    if (at === "old") return false;
    if (at === "gap") for (const each of gapped) each();
    else took(event);
    return true;
  }

  /** Nobody resumes from what the database may not have (SPEC WIRE-8). */
  function took({ epoch, seq, durable }: Position): void {
    if (seq === undefined) return;
    set({ seq });
    if (durable !== false) set({ resume: { epoch: epoch ?? get().epoch, seq } });
  }

  /** A volatile event: shows whether something durable was missed (SPEC WIRE-6). */
  function volatile(event: Position): void {
    const { epoch, seq } = get();
    if (event.epoch === undefined || event.seq === undefined) return;
    if (event.epoch > epoch || (event.epoch === epoch && event.seq > seq)) {
      for (const each of gapped) each();
    }
  }

  function putTimeline(timeline: Timeline, announced: boolean): boolean {
    const before = get().timeline;
    if (!isNewer(timeline, before)) return false;
    const news = timeline.state === "playing" ? {} : { sync: null };
    // Whatever starts the film has ended the check (SPEC PB-21).
    const over = timeline.state === "paused" ? {} : { check: null };
    set({ timeline, timeline_since_ms: now(), ...news, ...over });
    const from_s = leftAt(before, timeline);
    if (announced) tell({ kind: "timeline", timeline, before, from_s });
    return true;
  }

  /** Newest timeline that came by an event or a join; an acknowledgement may be ahead of it. */
  let announced: Timeline | null = null;

  /** Whether this is a change as the log has it, and no beacon. */
  function isAnnouncement(timeline: Timeline): boolean {
    const first = isNewer(timeline, announced);
    if (first) announced = timeline;
    return first;
  }

  function putMembers(changed: readonly Member[]): void {
    const { members, you } = get();
    const byId = new Map(members.map((each) => [each.id, each]));
    for (const each of changed) byId.set(each.id, { ...byId.get(each.id), ...each });
    const mine = you && byId.get(you.id);
    set({ members: [...byId.values()], you: you && mine ? { ...you, ...mine } : you });
    const newly = (kind: "excused" | "stepped_out" | "stepped_in", is: (m: Member) => boolean) => {
      const was = (m: Member) => members.some((old) => old.id === m.id && old.online && !is(old));
      const some = changed.filter((each) => each.online && is(each) && was(each));
      if (some.length > 0) tell({ kind, members: some });
    };
    // Who has just come back is not called late before they had the time to load.
    newly("excused", (each) => each.excused && each.excuse !== "returning");
    newly("stepped_out", (each) => each.stepped_out);
    newly("stepped_in", (each) => !each.stepped_out);
  }

  return {
    ...store,
    ...createChat(store, durable),
    onNotice(listen: (notice: Notice) => void) {
      noticed.add(listen);
      return () => void noticed.delete(listen);
    },
    onGap(listen: () => void) {
      gapped.add(listen);
      return () => void gapped.delete(listen);
    },

    phase(phase: Phase, refusal: RoomState["refusal"] = null) {
      set({ phase, refusal });
    },

    /** The answer to a join: everything, or what was missed. */
    joined(answer: JoinAnswer) {
      const { messages, more_messages } = get();
      const replay = answer.resumed === "replay";
      set({
        phase: "joined",
        refusal: null,
        room: answer.room,
        you: answer.you,
        stand_in: answer.you.host && !answer.you.actions.includes("room.edit"),
        members: answer.members,
        check: answer.check ?? null,
        offer: answer.offer ?? null,
        queue: answer.queue,
        messages: withoutText(
          mergeMessages(replay ? messages : [], answer.messages),
          answer.deleted ?? [],
        ),
        more_messages: replay ? more_messages : answer.messages.length >= HISTORY,
        typing: [],
        epoch: answer.epoch,
        seq: answer.seq,
        ...(answer.durable === false ? {} : { resume: { epoch: answer.epoch, seq: answer.seq } }),
        clock_id: answer.clock_id,
      });
      isAnnouncement(answer.timeline);
      putTimeline(answer.timeline, false);
    },

    /** From an acknowledgement (without `seq`) or an event: a change, or a beacon. */
    timeline(timeline: Timeline) {
      putTimeline(timeline, true);
      if (timeline.seq === undefined) return;
      if (isAnnouncement(timeline) && order(get(), timeline) === "next") {
        took(timeline);
      } else volatile(timeline);
    },

    memberJoined(event: Position & { member: Member }) {
      if (!durable(event)) return;
      const known = get().members.some((each) => each.id === event.member.id && each.online);
      putMembers([event.member]);
      if (!known && get().you && event.member.id !== get().you?.id) {
        tell({ kind: "joined", name: event.member.name });
      }
    },

    memberLeft(event: Position & { member_id: string; name: string; reason: string }) {
      if (!durable(event)) return;
      const { members, typing } = get();
      set({
        members: members.filter((each) => each.id !== event.member_id),
        typing: typing.filter((each) => each !== event.member_id),
      });
      if (members.some((each) => each.id === event.member_id && each.online)) {
        tell({ kind: "left", name: event.name, reason: event.reason });
      }
    },

    /** Readiness and drift: volatile. */
    membersChanged(event: Position & { members: Member[] }) {
      putMembers(event.members);
      volatile(event);
    },

    memberPermitted(event: Position & { member_id: string; permits: Action[] }) {
      if (!durable(event)) return;
      const member = get().members.find((each) => each.id === event.member_id);
      if (member) putMembers([{ ...member, permits: event.permits }]);
    },

    hostChanged(event: Position & { member_id: string; reason: string }) {
      if (!durable(event)) return;
      const host = (each: Member) => ({ ...each, host: each.id === event.member_id });
      const { members, you } = get();
      const mine = you?.id === event.member_id;
      set({
        members: members.map(host),
        you: you && { ...you, host: mine },
        stand_in: mine && event.reason === "succession",
      });
      tell({ kind: "host", member_id: event.member_id, reason: event.reason });
    },

    /** This screen stops following, or follows again. */
    stepped(out: boolean) {
      set({ out });
    },

    /** Volatile, every 2 s while playing. */
    synced(event: Position & RoomSync) {
      const { spread_ms, p95_ms, members, behind } = event;
      set({ sync: { spread_ms, p95_ms, members, behind }, sync_at_ms: now() });
      volatile(event);
    },

    checkOpened(event: Position & Check) {
      const { by, ends_ms, clock_id } = event;
      if (durable(event)) set({ check: { by, ends_ms, clock_id } });
    },

    checkClosed(event: Position & { reason: string; missing?: string[] }) {
      const open = get().check !== null;
      if (!durable(event)) return;
      set({ check: null });
      if (!open) return; // The film started, which says it better.
      tell({ kind: "check_closed", reason: event.reason, missing: event.missing ?? [] });
    },

    nextOffered(event: Position & Offer) {
      const { item, ends_ms, clock_id, queued, revision } = event;
      if (durable(event)) set({ offer: { item, ends_ms, clock_id, queued, revision } });
    },

    nextWithdrawn(event: Position & { reason: string }) {
      if (!durable(event)) return;
      set({ offer: null });
      if (event.reason === "declined") tell({ kind: "stays" });
    },

    queueChanged(event: Position & { queue: QueueEntry[] }) {
      if (durable(event)) set({ queue: event.queue });
    },

    roomChanged(event: Position & { room: RoomInfo }) {
      if (durable(event)) set({ room: event.room });
    },

    reaction(member_id: string, emoji: string) {
      tell({ kind: "reaction", member_id, emoji });
    },
  };
}
