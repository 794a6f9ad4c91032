/** Before the film: everybody is asked, everybody sees who has answered (SPEC PB-21). */
import { Check as Tick } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Check, Member } from "@/lib/types";
import { counting } from "@/room/behind";
import { useCommands, useLive, useMay, useRoom } from "@/room/context";
import { Avatar } from "@/ui/avatar";
import { Button } from "@/ui/button";
import { cn } from "@/ui/cn";
import { useNow } from "./useNow";

export function ReadyCheck() {
  const check = useRoom((state) => state.check);
  const paused = useRoom(({ timeline }) => timeline?.state === "paused");
  return check && paused ? <Asking check={check} /> : null;
}

function Asking({ check }: { check: Check }) {
  const { t } = useTranslation();
  const commands = useCommands();
  const you = useRoom((state) => state.you);
  const seats = useRoom((state) => counting(state.members));
  const mayCancel = useMay("playback.play_pause");
  const counts = seats.some((each) => each.id === you?.id);
  const ready = seats.filter((each) => each.answered).length;
  const mine = check.by?.member_id === you?.id;
  const asker = useRoom(
    ({ members }) => members.find((each) => each.id === check.by?.member_id)?.name,
  );
  return (
    <section
      aria-label={t("check.title")}
      className="absolute inset-0 z-5 grid place-items-center overflow-y-auto bg-black/65 p-4 brief:px-2 brief:pt-13 brief:pb-1"
    >
      <div className="pointer-events-auto grid w-full max-w-lg animate-appear justify-items-center gap-4 text-center brief:gap-1">
        <p role="status" className="title text-2xl sm:text-3xl brief:text-lg">
          {mine ? t("check.yours") : asker ? t("check.by", { name: asker }) : t("check.title")}
        </p>
        <ul
          aria-label={t("check.seats")}
          className="flex max-h-[30vh] max-w-full flex-wrap justify-center-safe gap-x-4 gap-y-2 overflow-auto p-1 brief:flex-nowrap brief:gap-x-1"
        >
          {seats.map((each) => (
            <Seat key={each.id} member={each} />
          ))}
        </ul>
        <p className="tabular text-dim text-sm">
          {t("check.count", { ready, all: seats.length })}
          <Remaining check={check} />
        </p>
        <div className="flex flex-wrap justify-center gap-2">
          {counts && !you?.answered && (
            <ReadyButton onReady={() => void commands.answerCheck(true)} />
          )}
          {counts && you?.answered && !mine && (
            <Button onClick={() => void commands.answerCheck(false)}>{t("check.not_yet")}</Button>
          )}
          {mayCancel && (
            <Button tone="ghost" onClick={() => void commands.cancelCheck()}>
              {t("check.cancel")}
            </Button>
          )}
        </div>
      </div>
    </section>
  );
}

function Seat({ member }: { member: Member }) {
  const { t } = useTranslation();
  return (
    <li className="grid w-16 shrink-0 justify-items-center gap-1 brief:gap-0">
      <span className="relative">
        <Avatar
          name={member.name}
          colour={member.colour}
          size="lg"
          className={cn(
            "transition-opacity brief:size-8 brief:text-xs",
            !member.answered && "opacity-45",
          )}
        />
        {member.answered && (
          <span className="absolute -right-1 -bottom-1 grid size-5 animate-appear place-items-center rounded-full bg-sync text-bg">
            <Tick aria-hidden strokeWidth={3} className="size-3.5" />
          </span>
        )}
      </span>
      <span className="w-full truncate text-xs">{member.name}</span>
      <span className="sr-only">{member.answered ? t("check.answered") : t("check.open")}</span>
    </li>
  );
}

function Remaining({ check }: { check: Check }) {
  const { t } = useTranslation();
  const { connection } = useLive();
  const left_s = useNow(() => {
    const now_ms = connection.clock.now();
    return now_ms === null ? null : Math.max(0, Math.ceil((check.ends_ms - now_ms) / 1000));
  }, 250);
  if (left_s === null) return null;
  return (
    <span>
      {t("common.dot")}
      {t("check.seconds", { count: left_s })}
    </span>
  );
}

/** Takes the focus, so that Enter answers; but never out of a text somebody writes. */
function ReadyButton({ onReady }: { onReady: () => void }) {
  const { t } = useTranslation();
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const busy = document.activeElement?.closest("input, textarea, select, [role=dialog]");
    if (!busy) button.current?.focus({ preventScroll: true });
  }, []);
  return (
    <Button ref={button} tone="primary" size="lg" onClick={onReady}>
      {t("check.ready")}
    </Button>
  );
}
