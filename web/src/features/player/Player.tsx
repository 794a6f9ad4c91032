/** The film: the raw video, what is laid over it, and the controls that fade. */
import { type ReactNode, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useRoom } from "@/room/context";
import { cn } from "@/ui/cn";
import { Controls } from "./Controls";
import { IdleStage } from "./IdleStage";
import { Reactions } from "./Reactions";
import { SoundGate } from "./SoundGate";
import { SourceTrouble } from "./SourceTrouble";
import { SyncPill } from "./SyncPill";
import { useDriver } from "./useDriver";
import { useFade } from "./useFade";
import { useFullscreen } from "./useFullscreen";
import { useKeys } from "./useKeys";
import { useMediaKeys } from "./useMediaKeys";
import { useWhoDidWhat } from "./useWhoDidWhat";
import { WaitOverlay } from "./WaitOverlay";

interface Props {
  /** The strip along the top edge: name of the room, the given pill, buttons. */
  top: (pill: ReactNode) => ReactNode;
  /** Opens the library to choose a film. */
  onChoose: () => void;
  onChat: () => void;
  onHelp: () => void;
  /** The panel lies over the picture's right edge: controls keep clear of it. */
  veiled: boolean;
  className?: string;
}

export function Player({ top, onChoose, onChat, onHelp, veiled, className }: Props) {
  const { t } = useTranslation();
  const stage = useRef<HTMLDivElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const { driver, retry } = useDriver(video);
  const item = useRoom((state) => state.timeline?.item ?? null);
  const playing = useRoom((state) => state.timeline?.state === "playing");
  const fade = useFade(playing);
  const fullscreen = useFullscreen(stage, video);
  useWhoDidWhat();
  useMediaKeys(driver);
  useKeys({ driver, fullscreen: fullscreen.toggle, onChat, onHelp });

  const pill = <SyncPill drifts={() => driver?.view.getState().drifts_ms ?? []} />;

  return (
    <section
      ref={stage}
      aria-label={t("player.stage")}
      onPointerMove={fade.wake}
      onPointerDown={fade.wake}
      onFocus={fade.wake}
      className={cn(
        "relative isolate overflow-hidden bg-black",
        !fade.shown && "cursor-none",
        className,
      )}
    >
      <video
        ref={video}
        playsInline
        preload="auto"
        aria-label={item?.title ?? t("player.stage")}
        className={cn("absolute inset-0 size-full object-contain", !item && "invisible")}
      />
      {!item && <IdleStage onChoose={onChoose} />}
      <Reactions />
      <WaitOverlay />
      {driver && item && <SourceTrouble driver={driver} onRetry={retry} />}
      {driver && <SoundGate driver={driver} />}
      <div
        className={cn(
          "absolute inset-0 z-10 flex flex-col justify-between transition-opacity duration-200",
          "has-focus-visible:pointer-events-auto has-focus-visible:opacity-100 has-data-popup-open:pointer-events-auto has-data-popup-open:opacity-100",
          veiled && "lying:pr-76",
          fade.shown || !item ? "opacity-100" : "pointer-events-none opacity-0",
        )}
      >
        <div className="bg-linear-to-b from-black/70 to-transparent">{top(pill)}</div>
        {driver && item && (
          <Controls driver={driver} fullscreen={fullscreen} onChoose={onChoose} onHelp={onHelp} />
        )}
      </div>
    </section>
  );
}
