import { DoorOpen, LogOut, Settings2 } from "lucide-react";
import { useTranslation } from "react-i18next";
import { sentence } from "@/lib/i18n";
import type { Control, WaitPolicy } from "@/lib/types";
import { useLive, useMay, useRoom } from "@/room/context";
import { IconButton } from "@/ui/button";
import { Menu, MenuCheck, MenuChoice, MenuItem, MenuLine, MenuNote } from "@/ui/menu";
import { notify } from "@/ui/toast";
import { closeRoom, editRoom, type RoomChanges } from "./api";

const CONTROLS: readonly Control[] = ["host", "everyone"];
const POLICIES: readonly WaitPolicy[] = ["everyone", "host", "never"];

/** Who steers, whom the room waits for, and the way out. */
export function RoomMenu({ onLeave }: { onLeave: () => void }) {
  const { t } = useTranslation();
  const { connection } = useLive();
  const room = useRoom((state) => state.room);
  const mayEdit = useMay("room.edit");
  if (!room) return null;
  const edit = (changes: RoomChanges) =>
    void editRoom(room.code, changes).catch((error: unknown) =>
      notify({ text: sentence(error), tone: "trouble" }),
    );
  return (
    <Menu
      trigger={
        <IconButton label={t("room.menu")}>
          <Settings2 />
        </IconButton>
      }
    >
      {!mayEdit && <Rules />}
      {mayEdit && (
        <>
          <MenuChoice
            label={t("room.control")}
            value={room.control}
            options={CONTROLS.map((value) => ({ value, label: t(`room.controls.${value}`) }))}
            onChange={(control) => edit({ control })}
          />
          <MenuNote>{t("room.control_note")}</MenuNote>
          <MenuChoice
            label={t("room.wait")}
            value={room.wait_policy}
            options={POLICIES.map((value) => ({ value, label: t(`room.waits.${value}`) }))}
            onChange={(wait_policy) => edit({ wait_policy })}
          />
          <MenuLine />
          <MenuCheck checked={room.autoplay} onChange={(autoplay) => edit({ autoplay })}>
            {t("room.autoplay")}
          </MenuCheck>
          <MenuCheck checked={room.invite_only} onChange={(invite_only) => edit({ invite_only })}>
            {t("room.invite_only")}
          </MenuCheck>
          <MenuLine />
        </>
      )}
      <MenuItem
        icon={<LogOut />}
        onSelect={() => {
          connection.leave();
          onLeave();
        }}
      >
        {t("room.leave")}
      </MenuItem>
      {mayEdit && (
        <MenuItem
          danger
          icon={<DoorOpen />}
          onSelect={() =>
            void closeRoom(room.code).catch((error: unknown) =>
              notify({ text: sentence(error), tone: "trouble" }),
            )
          }
        >
          {t("room.close")}
        </MenuItem>
      )}
    </Menu>
  );
}

/** The rules of the party, for those who live by them. */
function Rules() {
  const { t } = useTranslation();
  const room = useRoom((state) => state.room);
  const host = useRoom(({ members }) => members.find((each) => each.host)?.name);
  if (!room) return null;
  const steers =
    room.control === "everyone"
      ? t("room.rules.everyone")
      : host
        ? t("room.rules.host", { name: host })
        : t("room.rules.host_nobody");
  return (
    <>
      <MenuNote>
        {steers} {t(`room.wait_rules.${room.wait_policy}`)}
      </MenuNote>
      <MenuLine />
    </>
  );
}
