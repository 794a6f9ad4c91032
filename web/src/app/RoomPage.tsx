/** The room: the film, and the company beside it. Puts the features together. */
import { useNavigate } from "@tanstack/react-router";
import { useCallback, useEffect, useRef, useState } from "react";
import { Picker } from "@/features/library/Picker";
import { Player } from "@/features/player/Player";
import { InviteDialog } from "@/features/rooms/InviteDialog";
import { sentence } from "@/lib/i18n";
import { useCommands, useMay, useRoom } from "@/room/context";
import { cn } from "@/ui/cn";
import { EndPage } from "./EndPage";
import { KeysDialog } from "./KeysDialog";
import { type PanelTab, RoomPanel } from "./RoomPanel";
import { RoomTop } from "./RoomTop";
import { useUnread } from "./useUnread";

export function RoomPage({ onTurnedBack }: { onTurnedBack: () => void }) {
  const phase = useRoom((state) => state.phase);
  const refusal = useRoom((state) => state.refusal);
  useEffect(() => {
    if (phase === "signed_out") onTurnedBack();
  }, [phase, onTurnedBack]);
  if (phase === "signed_out") return null;
  if (phase === "kicked" || phase === "closed" || phase === "unknown" || phase === "refused") {
    return (
      <EndPage
        phase={phase}
        text={phase === "refused" && refusal ? sentence(refusal) : undefined}
        {...(phase === "refused" ? { onKnock: onTurnedBack } : {})}
      />
    );
  }
  return <Inside />;
}

/** Upright screens always have room for the panel; others open and close it. */
function useUpright(): boolean {
  const query = "(orientation: portrait), (max-width: 560px)";
  const [upright, setUpright] = useState(() => matchMedia(query).matches);
  useEffect(() => {
    const list = matchMedia(query);
    const changed = () => setUpright(list.matches);
    list.addEventListener("change", changed);
    return () => list.removeEventListener("change", changed);
  }, []);
  return upright;
}

function Inside() {
  const navigate = useNavigate();
  const commands = useCommands();
  const mayLoad = useMay("playback.load");
  const mayQueue = useMay("queue.edit");
  const title = useRoom(({ timeline, room }) => timeline?.item?.title ?? room?.name ?? null);
  const input = useRef<HTMLTextAreaElement>(null);
  const upright = useUpright();
  const [open, setOpen] = useState(() => innerWidth >= 1024);
  const [tab, setTab] = useState<PanelTab>("chat");
  const [sheet, setSheet] = useState<"pick" | "invite" | "keys" | null>(null);
  const shown = upright || open;
  const unread = useUnread(shown && tab === "chat");

  useEffect(() => {
    const before = document.title;
    if (title) document.title = title;
    return () => {
      document.title = before;
    };
  }, [title]);

  const toChat = useCallback(() => {
    setOpen(true);
    setTab("chat");
    requestAnimationFrame(() => input.current?.focus());
  }, []);
  const pick = useCallback(() => setSheet("pick"), []);
  const help = useCallback(() => setSheet("keys"), []);
  const closing = (isOpen: boolean) => setSheet(isOpen ? sheet : null);

  return (
    <main className="relative flex h-dvh overflow-hidden bg-bg upright:flex-col">
      <Player
        className="min-w-0 flex-1 upright:aspect-video upright:max-h-[55dvh] upright:min-h-58 upright:w-full upright:flex-none"
        onChoose={pick}
        onChat={toChat}
        onHelp={help}
        veiled={shown}
        top={(pill) => (
          <RoomTop
            pill={pill}
            unread={shown ? 0 : unread.count}
            {...(shown ? {} : { onOpenPanel: () => setOpen(true) })}
            onInvite={() => setSheet("invite")}
            onLeave={() => void navigate({ to: "/" })}
          />
        )}
      />
      <RoomPanel
        className={cn(!shown && "hidden")}
        tab={tab}
        onTab={setTab}
        unread={unread.count}
        seen_seq={unread.seen_seq}
        visible={shown}
        input={input}
        onAdd={pick}
        {...(upright ? {} : { onClose: () => setOpen(false) })}
      />
      <Picker
        open={sheet === "pick"}
        onOpenChange={closing}
        mayPlay={mayLoad}
        mayQueue={mayQueue}
        onPlay={(item) => void commands.load(item.server, item.rating_key)}
        onQueue={(item) => void commands.queue(item.server, item.rating_key)}
      />
      <InviteDialog open={sheet === "invite"} onOpenChange={closing} />
      <KeysDialog open={sheet === "keys"} onOpenChange={closing} />
    </main>
  );
}
