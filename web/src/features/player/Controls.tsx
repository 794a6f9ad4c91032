import {
  Film,
  Keyboard,
  Maximize,
  Minimize,
  Pause,
  PictureInPicture2,
  Play,
  SkipForward,
  Undo2,
  Users,
  Volume1,
  Volume2,
  VolumeX,
} from "lucide-react";
import { useTranslation } from "react-i18next";
import { clockTime } from "@/lib/format";
import { counting } from "@/room/behind";
import { useMay, useRoom } from "@/room/context";
import { Button, IconButton } from "@/ui/button";
import { Slider } from "@/ui/slider";
import type { Driver } from "./driver";
import { PlayerMenu } from "./PlayerMenu";
import { ScrubBar } from "./ScrubBar";
import { SubtitleMenu } from "./SubtitleMenu";
import type { Steer } from "./steer";
import { useDriverView } from "./useDriver";
import { useNow } from "./useNow";
import type { SubtitleChoice } from "./useSubtitleChoice";
import type { Subtitles } from "./useSubtitles";
import type { Watching } from "./useWay";
import { WayMenu } from "./WayMenu";

export function Controls(props: {
  driver: Driver;
  steer: Steer;
  stream: string | null;
  subtitles: Subtitles;
  choice: SubtitleChoice;
  watching: Watching;
  fullscreen: { on: boolean; toggle: () => void };
  onChoose: () => void;
  onHelp: () => void;
}) {
  const { driver, steer, fullscreen } = props;
  const { t } = useTranslation();
  const mayLoad = useMay("playback.load");

  return (
    <div className="bg-linear-to-t from-black/85 via-black/45 to-transparent px-3 pt-10 brief:pt-0 pb-[max(0.5rem,env(safe-area-inset-bottom))] sm:px-5">
      <AskIfReady steer={steer} />
      <ScrubBar driver={driver} stream={props.stream} onStep={steer.skip} />
      <div className="flex items-center gap-0.5 sm:gap-1">
        <PlayButton steer={steer} />
        {mayLoad && (
          <IconButton label={t("player.next")} onClick={steer.next}>
            <SkipForward />
          </IconButton>
        )}
        <Volume driver={driver} />
        <Clock driver={driver} />
        <span className="flex-1" />
        <SubtitleMenu subtitles={props.subtitles} choice={props.choice} />
        <WayMenu watching={props.watching} className="hidden sm:inline-flex" />
        {mayLoad && (
          <IconButton
            label={t("player.choose")}
            className="hidden sm:inline-flex"
            onClick={props.onChoose}
          >
            <Film />
          </IconButton>
        )}
        <IconButton
          label={t("keys.title")}
          onClick={props.onHelp}
          className="hidden lg:inline-flex"
        >
          <Keyboard />
        </IconButton>
        {document.pictureInPictureEnabled && (
          <IconButton
            label={t("player.pip")}
            className="hidden sm:inline-flex"
            onClick={() => void driver.pictureInPicture().catch(() => undefined)}
          >
            <PictureInPicture2 />
          </IconButton>
        )}
        <PlayerMenu
          driver={driver}
          steer={steer}
          watching={props.watching}
          onChoose={props.onChoose}
        />
        <IconButton
          label={fullscreen.on ? t("player.fullscreen_off") : t("player.fullscreen")}
          onClick={fullscreen.toggle}
        >
          {fullscreen.on ? <Minimize /> : <Maximize />}
        </IconButton>
      </div>
    </div>
  );
}

/** Who may not steer can press it too, and is told what they can do. */
function PlayButton({ steer }: { steer: Steer }) {
  const { t } = useTranslation();
  const may = useMay("playback.play_pause");
  const out = useRoom((state) => state.out);
  const standing = useRoom(({ timeline }) => timeline?.state === "paused");
  if (out) {
    return (
      <IconButton label={t("player.come_back")} tone="primary" onClick={() => steer.stepOut(false)}>
        <Undo2 />
      </IconButton>
    );
  }
  return (
    <IconButton
      label={standing ? t("player.play") : t("player.pause")}
      tone="primary"
      aria-disabled={!may}
      onClick={steer.toggle}
    >
      {standing ? (
        <Play fill="currentColor" className="translate-x-px" />
      ) : (
        <Pause fill="currentColor" />
      )}
    </IconButton>
  );
}

/** While the film stands and others are here: a question instead of a shout. */
function AskIfReady({ steer }: { steer: Steer }) {
  const { t } = useTranslation();
  const may = useMay("playback.play_pause");
  const asks = useRoom(
    ({ timeline, check, out, members }) =>
      timeline?.state === "paused" && !check && !out && counting(members).length > 1,
  );
  if (!may || !asks) return null;
  return (
    <Button size="sm" className="mb-1 bg-raised/85" onClick={steer.askIfReady}>
      <Users />
      {t("check.ask")}
    </Button>
  );
}

function Volume({ driver }: { driver: Driver }) {
  const { t } = useTranslation();
  const muted = useDriverView(driver, (view) => view.muted);
  const volume = useDriverView(driver, (view) => view.volume);
  const Icon = muted || volume === 0 ? VolumeX : volume < 0.5 ? Volume1 : Volume2;
  return (
    <div className="flex items-center">
      <IconButton
        label={muted ? t("player.unmute") : t("player.mute")}
        onClick={() => driver.setMuted(!muted)}
      >
        <Icon />
      </IconButton>
      <Slider
        label={t("player.volume")}
        value={muted ? 0 : volume}
        max={1}
        step={0.05}
        onChange={(value) => driver.setVolume(value)}
        format={(value) => `${Math.round(value * 100)} %`}
        className="mr-2 ml-1 hidden w-20 md:flex"
      />
    </div>
  );
}

function Clock({ driver }: { driver: Driver }) {
  const duration_s = useRoom(({ timeline }) => timeline?.duration_s ?? 0);
  const at_s = useNow(() => driver.expected() ?? 0, 250);
  const long = duration_s >= 3600;
  return (
    // One above the other where a phone has no room for both side by side.
    <p className="tabular grid whitespace-nowrap px-1 text-dim text-xs leading-tight sm:block sm:text-sm">
      <span className="text-ink">{clockTime(at_s, long)}</span>
      <span aria-hidden className="hidden px-1 text-faint sm:inline">
        /
      </span>
      <span>{clockTime(duration_s, long)}</span>
    </p>
  );
}
