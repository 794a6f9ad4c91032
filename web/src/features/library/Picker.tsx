import { ChevronLeft, ListPlus, Play } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import type { ItemSummary } from "@/lib/types";
import { Button, IconButton } from "@/ui/button";
import { Dialog } from "@/ui/dialog";
import { Poster } from "@/ui/poster";
import { Children } from "./Children";
import { LibraryBrowser, type Place } from "./LibraryBrowser";

/** The library as a sheet inside the room: choose something to watch now, or next. */
export function Picker(props: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  onPlay: (item: ItemSummary) => void;
  onQueue: (item: ItemSummary) => void;
  mayPlay: boolean;
  mayQueue: boolean;
}) {
  const { t } = useTranslation();
  const [place, setPlace] = useState<Place>({});
  const [trail, setTrail] = useState<ItemSummary[]>([]);
  const at = trail[trail.length - 1];
  const done = (act: (item: ItemSummary) => void, item: ItemSummary) => {
    act(item);
    setTrail([]);
    props.onOpenChange(false);
  };
  return (
    <Dialog
      shape="sheet"
      open={props.open}
      onOpenChange={props.onOpenChange}
      title={at ? at.title : t("picker.title")}
    >
      {at && (
        <div className="sticky top-0 z-10 flex items-center gap-2 bg-surface pb-3">
          <IconButton label={t("common.back")} onClick={() => setTrail(trail.slice(0, -1))}>
            <ChevronLeft />
          </IconButton>
          <span className="text-dim text-sm">
            {trail.map((each) => each.title).join(t("common.dot"))}
          </span>
        </div>
      )}
      {!at && (
        <LibraryBrowser place={place} onPlace={setPlace} onTake={(item) => setTrail([item])} />
      )}
      {at && (at.kind === "show" || at.kind === "season") && (
        <Children parent={at} onTake={(item) => setTrail([...trail, item])} />
      )}
      {at && at.kind !== "show" && at.kind !== "season" && (
        <div className="flex flex-wrap gap-6">
          <Poster src={at.poster} className="w-36" eager />
          <div className="grid min-w-52 flex-1 content-start gap-3">
            <p className="title text-2xl">{at.title}</p>
            <p className="text-dim">{at.subtitle ?? at.year}</p>
            <div className="flex flex-wrap gap-2">
              {props.mayPlay && (
                <Button tone="primary" onClick={() => done(props.onPlay, at)}>
                  <Play fill="currentColor" />
                  {t("picker.play")}
                </Button>
              )}
              {props.mayQueue && (
                <Button onClick={() => done(props.onQueue, at)}>
                  <ListPlus />
                  {t("picker.queue")}
                </Button>
              )}
            </div>
          </div>
        </div>
      )}
    </Dialog>
  );
}
