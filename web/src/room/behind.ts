/** Who is not with the room and why, in words a viewer understands: the one place for them. */
import type { TFunction } from "i18next";
import type { Member, RoomSync, Why } from "@/lib/types";
import type { RoomState } from "./state";

export type Behind = RoomSync["behind"];
export type Condition = "away" | "ready" | "getting_ready" | "here" | "stalls" | "returning" | Why;

/** What a viewer should hear of first. */
const URGENCY: readonly Why[] = [
  "buffering",
  "excused",
  "slow_link",
  "slow_device",
  "catching_up",
  "stepped_out",
  "fixed_rate",
  "hidden",
];

/** The same people, those first whom the room may have to wait for. */
export function byUrgency(behind: Behind): Behind {
  return [...behind].sort((a, b) => URGENCY.indexOf(a.why) - URGENCY.indexOf(b.why));
}

/** One person's reason as a sentence: "Ann is buffering", "your link is slow". */
export function wordsOf(
  { member_id, why }: Behind[number],
  state: Pick<RoomState, "members" | "you">,
  t: TFunction,
): string | null {
  const member = state.members.find((each) => each.id === member_id);
  if (!member) return null;
  const you = member_id === state.you?.id;
  const { name } = member;
  if (why === "excused") {
    const excuse = member.excuse ?? "late";
    return you ? t(`sync.excuses_you.${excuse}`) : t(`sync.excuses.${excuse}`, { name });
  }
  return you ? t(`sync.why_you.${why}`) : t(`sync.why.${why}`, { name });
}

/** The most urgent one in words, and how many more; null when nobody is behind. */
export function wordsOfBehind(
  behind: Behind,
  state: Pick<RoomState, "members" | "you">,
  t: TFunction,
): string | null {
  const all = byUrgency(behind)
    .map((each) => wordsOf(each, state, t))
    .filter((words) => words !== null);
  const [words] = all;
  if (words === undefined) return null;
  return all.length === 1 ? words : t("sync.and_more", { words, count: all.length - 1 });
}

/** One word about how somebody is, by what the server says of them and of the room. */
export function conditionOf(
  member: Member,
  state: string | undefined,
  sync: RoomSync | null = null,
): Condition {
  if (!member.online) return "away";
  const said = sync?.behind.find((each) => each.member_id === member.id)?.why;
  if (said && said !== "excused") return said;
  if (member.stepped_out) return "stepped_out";
  if (member.stalled) return "buffering";
  if (member.excused) return excuseOf(member);
  if (state === "waiting") return member.ready ? "ready" : "getting_ready";
  return "here";
}

function excuseOf({ excuse }: Member): Condition {
  return excuse === "stalls" || excuse === "returning" ? excuse : "excused";
}

/** Those the room waits for and asks (SPEC PB-10, PB-22). */
export function counting(members: readonly Member[]): Member[] {
  return members.filter((each) => each.online && !each.excused && !each.stepped_out);
}

/** For whose sake the room runs a little slower (SPEC PB-19), in words; null when it does not. */
export function wordsOfEasing(
  { timeline, you }: Pick<RoomState, "timeline" | "you">,
  t: TFunction,
): string | null {
  if (timeline?.state !== "playing" || timeline.rate >= timeline.speed) return null;
  if (timeline.by === null) return t("sync.eased_somebody");
  if (timeline.by.member_id === you?.id) return t("sync.eased_you");
  return t("sync.eased", { name: timeline.by.name });
}
