import { Crown, EllipsisVertical, ShieldBan, UserX } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Member } from "@/lib/types";
import { conditionOf } from "@/room/behind";
import { useCommands, useMay, useRoom } from "@/room/context";
import { usePlan, wordsOfPlan, wordsOfWay } from "@/room/plan";
import { freshSync } from "@/room/state";
import { Avatar } from "@/ui/avatar";
import { Button, IconButton } from "@/ui/button";
import { cn } from "@/ui/cn";
import { Menu, MenuItem, MenuLine } from "@/ui/menu";
import { PermitChoices, Permits } from "./Permits";

/** The host first, then who is here, then who is away; each by name. */
export function inOrder(members: readonly Member[]): Member[] {
  const rank = (each: Member) => (each.host ? 0 : each.online ? 1 : 2);
  return [...members].sort((a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name));
}

export function MembersPanel() {
  const { t } = useTranslation();
  const members = useRoom((state) => state.members);
  const plan = usePlan();
  const served = plan && wordsOfPlan(plan, t);
  return (
    <div className="h-full overflow-y-auto p-3">
      <TakeBack />
      {served && <p className="px-2 pb-2 text-faint text-sm first-letter:uppercase">{served}</p>}
      <ul aria-label={t("members.label")} className="grid content-start gap-1">
        {inOrder(members).map((each) => (
          <Person key={each.id} member={each} />
        ))}
      </ul>
    </div>
  );
}

/** Whoever opened the party gets the remote back by asking for it (SPEC MEM-5). */
function TakeBack() {
  const { t } = useTranslation();
  const { run } = useCommands();
  const you = useRoom((state) => state.you?.id);
  const lent = useRoom(({ you, room }) => you?.id === room?.owner_member_id && !you?.host);
  if (!lent) return null;
  return (
    <Button className="mb-2 w-full" onClick={() => void run("host:pass", { member_id: you })}>
      <Crown />
      {t("members.take_back")}
    </Button>
  );
}

function Person({ member }: { member: Member }) {
  const { t } = useTranslation();
  const you = useRoom((room) => room.you?.id === member.id);
  const watches = usePlan()?.members[member.id];
  const condition = useRoom((room) =>
    conditionOf(member, room.timeline?.state, freshSync(room, performance.now())),
  );
  return (
    <li className="flex min-h-14 items-center gap-3 rounded-xl px-2">
      <span className="relative">
        <Avatar name={member.name} colour={member.colour} dimmed={!member.online} />
        {member.online && (
          <span
            aria-hidden
            className={cn(
              "-right-0.5 -bottom-0.5 absolute size-3 rounded-full ring-2 ring-surface",
              condition === "here" || condition === "ready" ? "bg-sync" : "bg-accent",
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
        <p className="tabular truncate text-faint text-sm first-letter:uppercase">
          {t(`conditions.${condition}`)}
          {member.online && member.stalled && (
            <>
              {t("common.dot")}
              {t("members.buffered", { seconds: member.buffered_s.toFixed(1) })}
            </>
          )}
          {member.online && watches && (
            <>
              {t("common.dot")}
              {wordsOfWay(watches, t)}
            </>
          )}
          <Permits member={member} />
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
      {mayPermit && !member.host && <PermitChoices member={member} />}
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
