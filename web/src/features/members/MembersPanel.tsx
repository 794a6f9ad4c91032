import { Crown, EllipsisVertical, ShieldBan, UserX } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Action, Member } from "@/lib/types";
import { useCommands, useMay, useRoom } from "@/room/context";
import { Avatar } from "@/ui/avatar";
import { IconButton } from "@/ui/button";
import { cn } from "@/ui/cn";
import { Menu, MenuCheck, MenuItem, MenuLine } from "@/ui/menu";

const HANDED_OUT = [
  { action: "playback.play_pause", word: "play_pause" },
  { action: "playback.seek", word: "seek" },
  { action: "playback.load", word: "load" },
  { action: "queue.edit", word: "queue" },
  { action: "wait.skip", word: "skip" },
] as const;

/** The host first, then who is here, then who is away; each by name. */
export function inOrder(members: readonly Member[]): Member[] {
  const rank = (each: Member) => (each.host ? 0 : each.online ? 1 : 2);
  return [...members].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

/** One word about how somebody is. */
export function conditionOf(member: Member, state: string | undefined) {
  if (!member.online) return "away" as const;
  if (member.excused) return "excused" as const;
  if (member.stalled) return "buffering" as const;
  if (state === "waiting") return member.ready ? ("ready" as const) : ("getting_ready" as const);
  return "here" as const;
}

export function MembersPanel() {
  const { t } = useTranslation();
  const members = useRoom((state) => state.members);
  return (
    <ul
      aria-label={t("members.label")}
      className="grid h-full content-start gap-1 overflow-y-auto p-3"
    >
      {inOrder(members).map((each) => (
        <Person key={each.id} member={each} />
      ))}
    </ul>
  );
}

function Person({ member }: { member: Member }) {
  const { t } = useTranslation();
  const state = useRoom(({ timeline }) => timeline?.state);
  const you = useRoom((room) => room.you?.id === member.id);
  const condition = conditionOf(member, state);
  return (
    <li className="flex min-h-14 items-center gap-3 rounded-xl px-2">
      <span className="relative">
        <Avatar name={member.name} colour={member.colour} dimmed={!member.online} />
        {member.online && (
          <span
            aria-hidden
            className={cn(
              "-right-0.5 -bottom-0.5 absolute size-3 rounded-full ring-2 ring-surface",
              condition === "buffering" || condition === "getting_ready" ? "bg-accent" : "bg-sync",
            )}
          />
        )}
      </span>
      <div className="min-w-0 flex-1">
        <p className={cn("flex items-center gap-1.5 font-medium", !member.online && "text-faint")}>
          <span className="truncate">{member.name}</span>
          {you && (
            <span className="shrink-0 font-normal text-faint text-sm">{t("members.you")}</span>
          )}
          {member.host && (
            <span className="inline-flex shrink-0 items-center gap-1 rounded-full bg-accent-wash px-2 py-0.5 text-accent-text text-xs">
              <Crown aria-hidden className="size-3" />
              {t("members.host")}
            </span>
          )}
        </p>
        <p className="tabular truncate text-faint text-sm">
          {t(`members.conditions.${condition}`)}
          {member.online && member.stalled && (
            <>
              {t("common.dot")}
              {t("members.buffered", { seconds: member.buffered_s.toFixed(1) })}
            </>
          )}
        </p>
      </div>
      {!you && <PersonMenu member={member} />}
    </li>
  );
}

/** What the host can do about somebody. */
function PersonMenu({ member }: { member: Member }) {
  const { t } = useTranslation();
  const { run } = useCommands();
  const mayPass = useMay("host.pass");
  const mayPermit = useMay("member.permit");
  const mayKick = useMay("member.kick");
  if (!mayPass && !mayPermit && !mayKick) return null;
  const permit = (action: Action, on: boolean) => {
    const others = member.permits.filter((each) => each !== action);
    const actions = on ? [...others, action] : others;
    void run("member:permit", { member_id: member.id, actions });
  };
  return (
    <Menu
      trigger={
        <IconButton label={t("members.more", { name: member.name })}>
          <EllipsisVertical />
        </IconButton>
      }
    >
      {mayPass && !member.host && (
        <MenuItem icon={<Crown />} onSelect={() => void run("host:pass", { member_id: member.id })}>
          {t("members.pass")}
        </MenuItem>
      )}
      {mayPermit && !member.host && (
        <>
          <MenuLine />
          {HANDED_OUT.map(({ action, word }) => (
            <MenuCheck
              key={action}
              checked={member.permits.includes(action)}
              onChange={(on) => permit(action, on)}
            >
              {t(`permits.${word}`)}
            </MenuCheck>
          ))}
        </>
      )}
      {mayKick && !member.host && (
        <>
          <MenuLine />
          <MenuItem
            danger
            icon={<UserX />}
            onSelect={() => void run("member:kick", { member_id: member.id })}
          >
            {t("members.kick")}
          </MenuItem>
          <MenuItem
            danger
            icon={<ShieldBan />}
            onSelect={() => void run("member:kick", { member_id: member.id, ban: true })}
          >
            {t("members.ban")}
          </MenuItem>
        </>
      )}
    </Menu>
  );
}
