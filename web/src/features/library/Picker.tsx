import { ChevronLeft } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ItemSummary } from "@/lib/plexTypes";
import { IconButton } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Children } from "./Children";
import { LibraryBrowser } from "./LibraryBrowser";
import { PickedTitle } from "./PickedTitle";
import type { Place } from "./place";
import { holdsOthers } from "./words";

interface Props {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onPlay: (item: ItemSummary) => void;
  onQueue: (item: ItemSummary) => void;
  mayPlay: boolean;
  mayQueue: boolean;
}

/** The library as a sheet inside the room: choose something to watch now, or next. */
export function Picker(props: Props) {
  const { t } = useTranslation();
  const [place, setPlace] = useState<Place>({});
  const [trail, setTrail] = useState<ItemSummary[]>([]);
  const scroll = useKeptScroll(trail.length);
  const at = trail[trail.length - 1];
  const enter = (item: ItemSummary) => {
    scroll.leave();
    setTrail([...trail, item]);
  };
  const done = (act: (item: ItemSummary) => void, item: ItemSummary) => {
    act(item);
    setTrail([]);
    // What was looked for is found: the next one begins in the same section, with an empty field.
    setPlace({ ...place, q: undefined });
    props.onOpenChange(false);
  };
  return (
    <Dialog
      shape="sheet"
      open={props.open}
      onOpenChange={props.onOpenChange}
      title={at?.title.trim() || t("picker.title")}
    >
      <div ref={scroll.ref}>
        {at && (
          <div className="sticky top-0 z-10 flex items-center gap-2 bg-surface pb-3">
            <IconButton label={t("common.back")} onClick={() => setTrail(trail.slice(0, -1))}>
              <ChevronLeft className="rtl:-scale-x-100" />
            </IconButton>
            <span dir="auto" className="min-w-0 truncate text-dim text-sm">
              {trail.map((each) => each.title).join(t("common.dot"))}
            </span>
          </div>
        )}
        {!at && <LibraryBrowser place={place} onPlace={setPlace} onTake={enter} />}
        {at && holdsOthers(at) && <Children key={at.rating_key} parent={at} onTake={enter} />}
        {at && !holdsOthers(at) && (
          <PickedTitle
            key={at.rating_key}
            item={at}
            onPlay={props.mayPlay ? () => done(props.onPlay, at) : undefined}
            onQueue={props.mayQueue ? () => done(props.onQueue, at) : undefined}
          />
        )}
      </div>
    </Dialog>
  );
}

/** Coming back to a list, one is where one left it. */
function useKeptScroll(depth: number) {
  const ref = useRef<HTMLDivElement>(null);
  const left = useRef<number[]>([]);
  const before = useRef(depth);
  useEffect(() => {
    const went = before.current;
    before.current = depth;
    const to = depth < went ? (left.current[depth] ?? 0) : 0;
    // A frame later the list has its height again.
    const frame = requestAnimationFrame(() => {
      ref.current?.parentElement?.scrollTo({ top: to, behavior: "instant" });
    });
    return () => cancelAnimationFrame(frame);
  }, [depth]);
  return {
    ref,
    leave() {
      left.current[depth] = ref.current?.parentElement?.scrollTop ?? 0;
    },
  };
}
