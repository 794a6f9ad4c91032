/** What is about the film but not needed all the time: speed, stepping out, media keys. */
import { DoorOpen, EllipsisVertical, Film, PictureInPicture2, Undo2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useMay, useRoom } from "@/room/context";
import { Button } from "@/ui/button";
import { Menu, MenuCheck, MenuItem, MenuLine, MenuNote, MenuTiles } from "@/ui/menu";
import type { Driver } from "./driver";
import { SPEEDS, type Steer } from "./steer";
import { useMediaKeysChoice } from "./useMediaKeys";
import type { Watching } from "./useWay";
import { WayChoices } from "./WayMenu";

export function PlayerMenu(props: {
  driver: Driver;
  steer: Steer;
  watching: Watching;
  onChoose: () => void;
}) {
  const { driver, steer } = props;
  const { t } = useTranslation();
  const speed = useRoom(({ timeline }) => timeline?.speed ?? 1);
  const out = useRoom((state) => state.out);
  const mayLoad = useMay("playback.load");
  const maySteer = useMay("playback.play_pause");
  const [keysSteer, chooseKeys] = useMediaKeysChoice();
  return (
    <Menu
      side="top"
      trigger={
        <Button
          tone="ghost"
          size="icon"
          aria-label={speed === 1 ? t("player.more") : t("player.speed_now", { value: speed })}
          title={t("player.more")}
        >
          {speed === 1 ? (
            <EllipsisVertical />
          ) : (
            <span className="tabular text-accent-text text-sm">
              {t("player.speed_value", { value: speed })}
            </span>
          )}
        </Button>
      }
    >
      <Speeds steer={steer} speed={speed} />
      <MenuLine />
      <div className="sm:hidden">
        <WayChoices watching={props.watching} />
        <MenuLine />
      </div>
      {mayLoad && (
        <MenuItem icon={<Film />} onSelect={props.onChoose} className="sm:hidden">
          {t("player.choose")}
        </MenuItem>
      )}
      {document.pictureInPictureEnabled && (
        <MenuItem
          icon={<PictureInPicture2 />}
          onSelect={() => void driver.pictureInPicture().catch(() => undefined)}
          className="sm:hidden"
        >
          {t("player.pip")}
        </MenuItem>
      )}
      <MenuItem icon={out ? <Undo2 /> : <DoorOpen />} onSelect={() => steer.stepOut(!out)}>
        {out ? t("player.come_back") : t("player.step_out")}
      </MenuItem>
      {maySteer && (
        <MenuCheck checked={keysSteer} onChange={chooseKeys}>
          {t("player.media_keys")}
        </MenuCheck>
      )}
    </Menu>
  );
}

function Speeds({ steer, speed }: { steer: Steer; speed: number }) {
  const { t } = useTranslation();
  const may = useMay("playback.rate");
  const host = useRoom(({ members }) => members.find((each) => each.host)?.name ?? null);
  return (
    <>
      <MenuTiles
        label={t("player.speed")}
        value={speed}
        options={SPEEDS.map((value) => ({ value, label: t("player.speed_value", { value }) }))}
        disabled={!may}
        onChange={steer.setSpeed}
      />
      {!may && (
        <MenuNote>
          {host ? t("player.speed_host", { name: host }) : t("player.speed_nobody")}
        </MenuNote>
      )}
    </>
  );
}
