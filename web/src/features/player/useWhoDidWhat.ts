/** Every act of somebody else shows its author for a moment. */
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { clockTime } from "@/lib/format";
import { useLive } from "@/room/context";
import type { Notice, RoomState } from "@/room/store";
import { notify } from "@/ui/toast";

type Words = ReturnType<typeof useTranslation>["t"];

/** What to say about a notice, or null when it speaks for itself. */
export function wordsFor(notice: Notice, state: RoomState, t: Words): string | null {
  if (notice.kind === "joined") return t("who.joined", { name: notice.name });
  if (notice.kind === "left") {
    if (notice.reason === "kicked") return t("who.kicked", { name: notice.name });
    return notice.reason === "left" ? t("who.left", { name: notice.name }) : null;
  }
  if (notice.kind === "excused") return t("who.excused", { name: notice.names.join(", ") });
  if (notice.kind === "host") {
    if (notice.member_id === state.you?.id) return t("who.you_host");
    const name = state.members.find((each) => each.id === notice.member_id)?.name;
    return name ? t("who.host", { name }) : null;
  }
  if (notice.kind !== "timeline") return null;
  const { by, cause, position_s, item, rate } = notice.timeline;
  if (cause === "ended") return t("who.ended");
  if (!by || by.member_id === state.you?.id) return null;
  const { name } = by;
  switch (cause) {
    case "pause":
      return t("who.pause", { name });
    case "play":
      return t("who.play", { name });
    case "seek":
      return t("who.seek", { name, position: clockTime(position_s, true) });
    case "rate":
      return t("who.rate", { name, rate });
    case "load":
    case "next":
      return t("who.load", { name, title: item?.title ?? "" });
    case "skip":
      return t("who.skip", { name });
    default:
      return null;
  }
}

export function useWhoDidWhat(): void {
  const { store } = useLive();
  const { t } = useTranslation();
  useEffect(
    () =>
      store.onNotice((notice) => {
        const text = wordsFor(notice, store.getState(), t);
        if (text) notify({ text, key: notice.kind === "timeline" ? "timeline" : text });
      }),
    [store, t],
  );
}
