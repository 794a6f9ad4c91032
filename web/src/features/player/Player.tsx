/** The film: the raw video, what is laid over it, and the controls that fade. */
import { useQuery } from "@tanstack/react-query";
import { type ReactNode, useCallback, useRef } from "react";
import { useTranslation } from "react-i18next";
import { useRoom } from "@/room/context";
import { cn } from "@/ui/cn";
import { marksQuery, skippable } from "./beside";
import { Controls } from "./Controls";
import { Countdown } from "./Countdown";
import { IdleStage } from "./IdleStage";
import { Reactions } from "./Reactions";
import { ReadyCheck } from "./ReadyCheck";
import { RoomLine } from "./RoomLine";
import { SkipMarker } from "./SkipMarker";
import { SoundGate } from "./SoundGate";
import { SourceTrouble } from "./SourceTrouble";
import { SteppedOut, useStepOut } from "./SteppedOut";
import { SubtitleLines } from "./SubtitleLines";
import { SyncPill } from "./SyncPill";
import { useSteer } from "./steer";
import { UpNext } from "./UpNext";
import { useDriver } from "./useDriver";
import { useFade } from "./useFade";
import { useFullscreen } from "./useFullscreen";
import { useKeys } from "./useKeys";
import { useMediaKeys } from "./useMediaKeys";
import { useSubtitleChoice } from "./useSubtitleChoice";
import { useSubtitles } from "./useSubtitles";
import { useWay } from "./useWay";
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
  const video = useRef<HTMLVideoElement>(null);
  const { driver, stream: streamed, refused, retry } = useDriver(video);
  const stream = streamed?.url ?? null;
  const watching = useWay(driver, streamed, refused);
  const subtitles = useSubtitles(stream);
  const choice = useSubtitleChoice(subtitles, watching);
  const item = useRoom((state) => state.timeline?.item ?? null);
  const standing = useRoom(({ timeline, out }) => timeline?.state === "paused" || out);
  // What lies over the film then has the answer to it, and the height of a phone for itself.
  const asked = useRoom(({ check, out }) => check !== null || out);
  const fade = useFade(!standing);
  const fullscreen = useFullscreen(video);
  // The chat is beside the film, not on it: whoever wants to write leaves the full screen.
  const chat = useCallback(() => {
    if (document.fullscreenElement) void document.exitFullscreen();
    onChat();
  }, [onChat]);
  const steer = useSteer(driver, chat);
  const undo = useWhoDidWhat();
  const { data: marks } = useQuery(marksQuery(stream));
  const skipMarker = useCallback(() => {
    const found = skippable(marks, driver?.expected() ?? -1);
    if (found) steer.seek(found.end_s);
  }, [marks, driver, steer]);
  useStepOut(driver);
  useMediaKeys(steer);
  useKeys({
    driver,
    steer,
    undo,
    fullscreen: fullscreen.toggle,
    subtitles: choice.toggle,
    skipMarker,
    onChat: chat,
    onHelp,
  });

  const bar = cn(
    "group-has-focus-visible/bars:pointer-events-auto group-has-data-popup-open/bars:pointer-events-auto",
    (fade.shown || !item) && "pointer-events-auto",
  );
  const pill = <SyncPill drifts={() => driver?.view.getState().drifts_ms ?? []} />;

  return (
    <section
      aria-label={t("player.stage")}
      onPointerMove={fade.wake}
      onPointerDown={fade.wake}
      onFocus={fade.wake}
      className={cn(
        "stage relative isolate overflow-hidden bg-black",
        !fade.shown && "cursor-none",
        fullscreen.on && "fixed inset-0 z-30 max-h-none!",
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
      {driver && item && (
        <SubtitleLines subtitles={subtitles} position={driver.position} raised={fade.shown} />
      )}
      {driver && item && (
        <SkipMarker
          stream={stream}
          position={driver.expected}
          raised={fade.shown}
          onSkip={skipMarker}
        />
      )}
      <Reactions />
      <WaitOverlay />
      <Countdown />
      <RoomLine />
      {item && <ReadyCheck />}
      {item && <UpNext />}
      {item && <SteppedOut driver={driver} steer={steer} />}
      {driver && item && (
        <SourceTrouble driver={driver} stream={stream} watching={watching} onRetry={retry} />
      )}
      {driver && <SoundGate driver={driver} />}
      <div
        data-bars
        className={cn(
          // The middle stays open: what is laid over the film has buttons of its own.
          "group/bars pointer-events-none absolute inset-0 z-10 flex flex-col justify-between transition-opacity duration-200",
          "has-focus-visible:opacity-100 has-data-popup-open:opacity-100",
          veiled && "lying:pr-76",
          fade.shown || !item ? "opacity-100" : "opacity-0",
        )}
      >
        <div className={cn(bar, "bg-linear-to-b from-black/80 via-black/45 to-transparent")}>
          {top(pill)}
        </div>
        {driver && item && (
          <div className={cn(bar, asked && "brief:hidden")}>
            <Controls
              driver={driver}
              steer={steer}
              stream={stream}
              subtitles={subtitles}
              choice={choice}
              watching={watching}
              fullscreen={fullscreen}
              onChoose={onChoose}
              onHelp={onHelp}
            />
          </div>
        )}
      </div>
    </section>
  );
}
