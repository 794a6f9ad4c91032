import { useTranslation } from "react-i18next";
import { counting } from "@/room/behind";
import { useCommands, useLive, useMay, useRoom } from "@/room/context";
import { Avatar } from "@/ui/avatar";
import { Button } from "@/ui/button";
import { Spinner } from "@/ui/spinner";
import { useNow } from "./useNow";

const NAMED = 3;
const SHOW_AFTER_MS = 350;
/** Nobody is waited for longer than this (SPEC PB-11); said when it has gone on for a while. */
const AT_MOST_MS = 15_000;
const SAY_AFTER_MS = 4_000;

/** While the room waits: for whom, how long already, and a way on for who may. */
export function WaitOverlay() {
  const waiting = useRoom(({ timeline, out }) => timeline?.state === "waiting" && !out);
  return waiting ? <Waiting /> : null;
}

function Waiting() {
  const { t } = useTranslation();
  const { store } = useLive();
  const commands = useCommands();
  const may = useMay("wait.skip");
  const you = useRoom((state) => state.you?.id);
  const members = useRoom((state) => state.members);
  const awaited = counting(members).filter((each) => !each.ready);
  const waited_ms = useNow(() => performance.now() - store.getState().timeline_since_ms, 250);
  const patient = useRoom(({ room }) => room?.wait_policy === "everyone");
  if (waited_ms < SHOW_AFTER_MS) return null;

  const names = awaited
    .slice(0, NAMED)
    .map((each) => (each.id === you ? t("common.you") : each.name));
  const more = awaited.length - names.length;
  const list = more > 0 ? [...names, t("wait.more", { count: more })] : names;
  const forYou = awaited.length === 1 && awaited[0]?.id === you;
  const text =
    awaited.length === 0
      ? t("wait.starting")
      : forYou
        ? t("wait.for_you")
        : t("wait.for", { names: new Intl.ListFormat(undefined).format(list) });
  const left_s = Math.max(0, Math.ceil((AT_MOST_MS - waited_ms) / 1000));
  const last = awaited.length === 1 ? awaited[0] : undefined;

  return (
    <div className="absolute inset-0 z-5 grid place-items-center bg-black/45 p-4 brief:px-2 brief:pt-13 brief:pb-24">
      <div className="pointer-events-auto grid animate-appear justify-items-center gap-3 text-center brief:gap-0">
        <div className="flex -space-x-2 brief:hidden">
          {awaited.slice(0, NAMED).map((each) => (
            <Avatar key={each.id} name={each.name} colour={each.colour} size="lg" />
          ))}
        </div>
        <p role="status" className="title text-xl sm:text-2xl brief:text-base">
          {text}
        </p>
        <p className="tabular flex flex-wrap items-center justify-center gap-x-2 text-dim text-sm brief:text-xs">
          <Spinner className="size-4" />
          {t("wait.seconds", { seconds: Math.round(waited_ms / 1000) })}
          {last && last.buffered_s > 0 && (
            <span>{t("wait.buffered", { seconds: last.buffered_s.toFixed(1) })}</span>
          )}
          {patient && waited_ms > SAY_AFTER_MS && awaited.length > 0 && (
            <span>{t(forYou ? "wait.goes_on_you" : "wait.goes_on", { count: left_s })}</span>
          )}
        </p>
        {may && awaited.length > 0 && (
          <Button className="brief:bg-raised/80" onClick={() => void commands.skipWait()}>
            {t("wait.go_on")}
          </Button>
        )}
      </div>
    </div>
  );
}
