import { useQuery } from "@tanstack/react-query";
import { FastForward } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useMay } from "@/room/context";
import { Button } from "@/ui/button";
import { cn } from "@/ui/cn";
import { marksQuery, skippable } from "./beside";
import { useNow } from "./useNow";

/** During the intro and the credits, for who may: one press takes the room past them. */
export function SkipMarker(props: {
  stream: string | null;
  position: () => number | null;
  /** Keeps clear of the controls. */
  raised: boolean;
  onSkip: () => void;
}) {
  const { t } = useTranslation();
  const may = useMay("playback.seek");
  const { data } = useQuery(marksQuery(props.stream));
  const kind = useNow(() => skippable(data, props.position() ?? -1)?.kind ?? null, 250);
  if (!may || kind === null) return null;
  return (
    <div
      className={cn(
        "absolute end-3 z-11 animate-appear transition-[bottom] duration-200 sm:end-5",
        props.raised ? "bottom-28 brief:bottom-22" : "bottom-5",
        "in-[section:has([data-bars]_:focus-visible)]:bottom-28",
      )}
    >
      <Button className="bg-raised/90" onClick={props.onSkip}>
        <FastForward />
        {t(`player.skip.${kind}`)}
      </Button>
    </div>
  );
}
