/** What to say about what happened, and what would take it back. Pure. */
import type { TFunction } from "i18next";
import { clockTime } from "@/lib/format";
import type { Action, Member, Timeline } from "@/lib/types";
import { mayDo } from "@/room/context";
import type { Notice, RoomState } from "@/room/state";

const listed = (names: readonly string[]) => new Intl.ListFormat(undefined).format(names);

/** What to say about a notice, or null when it speaks for itself. */
export function wordsFor(notice: Notice, state: RoomState, t: TFunction): string | null {
  switch (notice.kind) {
    case "joined":
      return t("who.joined", { name: notice.name });
    case "left":
      if (notice.reason === "kicked") return t("who.kicked", { name: notice.name });
      return notice.reason === "left" ? t("who.left", { name: notice.name }) : null;
    case "host": {
      if (notice.member_id === state.you?.id) return t("who.you_host");
      const name = state.members.find((each) => each.id === notice.member_id)?.name;
      return name ? t("who.host", { name }) : null;
    }
    case "excused":
    case "stepped_out":
    case "stepped_in":
      return aboutMembers(notice.kind, notice.members, state, t);
    case "check_closed":
      return aboutCheck(notice.reason, notice.missing, state, t);
    case "stays":
      return t("next.stays");
    case "timeline":
      return aboutTimeline(notice.timeline, state, t);
    case "reaction":
      return null;
  }
}

function aboutMembers(
  kind: "excused" | "stepped_out" | "stepped_in",
  members: readonly Member[],
  { you }: RoomState,
  t: TFunction,
): string | null {
  const others = members.filter((each) => each.id !== you?.id).map((each) => each.name);
  if (others.length > 0) return t(`who.${kind}`, { name: listed(others) });
  return kind === "excused" ? t("who.you_excused") : null;
}

function aboutCheck(
  reason: string,
  missing: readonly string[],
  { members }: RoomState,
  t: TFunction,
): string | null {
  if (reason === "cancelled") return t("check.cancelled");
  if (reason !== "unanswered") return null;
  const names = members.filter((each) => missing.includes(each.id)).map((each) => each.name);
  if (names.length === 0) return t("check.unanswered_nobody");
  return t("check.unanswered", { names: listed(names) });
}

function aboutTimeline(timeline: Timeline, { you }: RoomState, t: TFunction): string | null {
  const { by, cause, position_s, speed } = timeline;
  if (cause === "ended") return t("who.ended");
  if (cause === "load" || cause === "next") return aboutBeginning(timeline, you, t);
  if (!by || by.member_id === you?.id) return null;
  const { name } = by;
  switch (cause) {
    case "pause":
      return t("who.pause", { name });
    case "play":
      return t("who.play", { name });
    case "seek":
      return t("who.seek", { name, position: clockTime(position_s, true) });
    case "rate":
      return t("who.rate", { name, rate: speed });
    case "sound":
      return t("who.sound", { name });
    case "skip":
      return t("who.skip", { name });
    default:
      return null;
  }
}

/** What was put on, and whether it goes on where the room had stopped (SPEC PB-30). */
function aboutBeginning(
  { by, item, position_s, resumed }: Timeline,
  you: Member | null,
  t: TFunction,
): string | null {
  const title = item?.title ?? "";
  const position = clockTime(position_s, true);
  if (!by) return resumed ? t("who.resumed", { position }) : t("who.next", { title });
  if (by.member_id === you?.id) return resumed ? t("who.resumed", { position }) : null;
  if (resumed) return t("who.load_resumed", { name: by.name, title, position });
  return t("who.load", { name: by.name, title });
}

/** Whether one may begin anew what the room has just taken up where it had stopped. */
export function mayBeginAnew(notice: Notice, state: RoomState): boolean {
  if (notice.kind !== "timeline" || !notice.timeline.resumed || state.out) return false;
  const { cause } = notice.timeline;
  return (cause === "load" || cause === "next") && mayDo(state, "playback.seek");
}

/** What takes an act back: the permission it needs, and the command. */
export type Undoing = { action: Action } & (
  | { command: "play" | "pause" }
  | { command: "seek" | "rate"; to: number }
);

/** What would take back somebody else's act, or null when nothing does or one may not. */
export function undoingOf(notice: Notice, state: RoomState): Undoing | null {
  if (notice.kind !== "timeline" || !notice.before) return null;
  const { timeline, before, from_s } = notice;
  if (!timeline.by || timeline.by.member_id === state.you?.id || state.out) return null;
  if (timeline.item?.rating_key !== before.item?.rating_key) return null;
  const undoing = opposite(timeline.cause, from_s, before.speed);
  return undoing && mayDo(state, undoing.action) ? undoing : null;
}

function opposite(cause: string, from_s: number | null, speed: number): Undoing | null {
  if (cause === "pause") return { action: "playback.play_pause", command: "play" };
  if (cause === "play") return { action: "playback.play_pause", command: "pause" };
  if (cause === "rate") return { action: "playback.rate", command: "rate", to: speed };
  if (cause !== "seek" || from_s === null) return null;
  return { action: "playback.seek", command: "seek", to: from_s };
}
