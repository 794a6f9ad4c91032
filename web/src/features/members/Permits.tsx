/** What the host hands to single people (SPEC MEM-3): shown to all, chosen by who may. */
import { useTranslation } from "react-i18next";
import type { Action, Member } from "@/lib/types";
import { useCommands, useRoom } from "@/room/context";
import { MenuCheck, MenuLine, MenuNote } from "@/ui/menu";

const HANDED_OUT = [
  { action: "playback.play_pause", word: "play_pause" },
  { action: "playback.seek", word: "seek" },
  { action: "playback.load", word: "load" },
  { action: "playback.rate", word: "rate" },
  { action: "queue.edit", word: "queue" },
  { action: "wait.skip", word: "skip" },
] as const;

/** What the host has handed over, in a few words. */
export function Permits({ member }: { member: Member }) {
  const { t } = useTranslation();
  const everyone = useRoom(({ room }) => room?.control === "everyone");
  const held = HANDED_OUT.filter(({ action }) => member.permits.includes(action));
  if (member.host || everyone || held.length === 0) return null;
  const what = new Intl.ListFormat(undefined).format(
    held.map(({ word }) => t(`permits_short.${word}`)),
  );
  return (
    <>
      {t("common.dot")}
      {held.length === HANDED_OUT.length ? t("members.steers") : t("members.may", { what })}
    </>
  );
}

/** What the host hands to this one person; all at once, or one by one. */
export function PermitChoices({ member }: { member: Member }) {
  const { t } = useTranslation();
  const { run } = useCommands();
  const everyone = useRoom(({ room }) => room?.control === "everyone");
  const permit = (actions: readonly Action[]) =>
    void run("member:permit", { member_id: member.id, actions });
  const held = HANDED_OUT.filter(({ action }) => member.permits.includes(action));
  return (
    <>
      <MenuLine />
      {everyone && <MenuNote>{t("members.everyone_note")}</MenuNote>}
      <MenuCheck
        checked={held.length === HANDED_OUT.length}
        onChange={(on) => permit(on ? HANDED_OUT.map(({ action }) => action) : [])}
      >
        <span className="font-medium">{t("permits.all")}</span>
      </MenuCheck>
      {HANDED_OUT.map(({ action, word }) => (
        <MenuCheck
          key={action}
          checked={member.permits.includes(action)}
          onChange={(on) =>
            permit([...member.permits.filter((each) => each !== action), ...(on ? [action] : [])])
          }
        >
          {t(`permits.${word}`)}
        </MenuCheck>
      ))}
    </>
  );
}
