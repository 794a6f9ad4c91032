import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { wordsOf, wordsOfEasing } from "@/room/behind";
import { useRoom } from "@/room/context";
import type { RoomState } from "@/room/state";
import { Spinner } from "@/ui/spinner";

const SHOW_AFTER_MS = 700;

/** Others whose film has run dry while the room plays on. */
export function dry({ members, you, timeline }: RoomState) {
  if (timeline?.state !== "playing") return [];
  return members.filter(
    (each) => each.online && each.stalled && !each.stepped_out && each.id !== you?.id,
  );
}

/** While the film plays: who is buffering, or for whom the room is a little slower. */
export function RoomLine() {
  const { t } = useTranslation();
  const out = useRoom((state) => state.out);
  const words = useRoom((state) => {
    const [first, ...more] = dry(state);
    if (!first) return wordsOfEasing(state, t);
    const one = wordsOf({ member_id: first.id, why: "buffering" }, state, t) ?? "";
    if (more.length > 0) return t("sync.and_more", { words: one, count: more.length });
    return t("sync.buffering", { words: one, seconds: first.buffered_s.toFixed(1) });
  });
  return words && !out ? <Line key={words.split(",")[0]} words={words} /> : null;
}

/** What passes at once is not worth a word. */
function Line({ words }: { words: string }) {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), SHOW_AFTER_MS);
    return () => clearTimeout(timer);
  }, []);
  if (!shown) return null;
  return (
    <p className="pointer-events-none absolute top-16 left-3 z-5 flex max-w-[calc(100%-1.5rem)] animate-appear items-center gap-2 rounded-full bg-veil px-3 py-1.5 text-xs sm:left-5 sm:text-sm">
      <Spinner className="size-3.5 shrink-0 text-accent" />
      <span className="truncate">{words}</span>
    </p>
  );
}
