/** How the room is: "everyone within 3 ms", or who is behind and why. Opens to a table by member. */
import { useTranslation } from "react-i18next";
import { percentile } from "@/lib/format";
import type { RoomSync } from "@/lib/types";
import { wordsOfBehind } from "@/room/behind";
import { useLive, useRoom } from "@/room/context";
import { freshSync } from "@/room/state";
import { cn } from "@/ui/cn";
import { Popover } from "@/ui/popover";
import { useStartsIn } from "./Countdown";
import { SyncTable } from "./SyncTable";
import { useNow } from "./useNow";

type Tone = "sync" | "wait" | "trouble" | "still";

/** Further than this from the room one is catching up (SPEC SYN-2). */
const IN_SYNC_MS = 80;
const READ_EVERY_MS = 500;

interface Facts {
  phase: string;
  state: string | undefined;
  out: boolean;
  /** The start is still ahead. */
  starting: boolean;
  /** One's own drift: p95 of the last seconds. */
  own_ms: number | null;
  sync: RoomSync | null;
}

/** What the pill is about; the words of `behind` come from `wordsOfBehind`. */
export function pillOf({ phase, state, out, starting, own_ms, sync }: Facts) {
  if (phase === "connecting") return { tone: "wait", key: "connecting" } as const;
  if (phase !== "joined") return { tone: "trouble", key: "reconnecting" } as const;
  if (out) return { tone: "still", key: "out" } as const;
  if (state === "waiting") return { tone: "wait", key: "waiting" } as const;
  if (state !== "playing") {
    return { tone: "still", key: state === "paused" ? "paused" : "idle" } as const;
  }
  if (starting) return { tone: "sync", key: "starting" } as const;
  if (own_ms === null) return { tone: "wait", key: "catching_up" } as const;
  if (own_ms > IN_SYNC_MS) return { tone: "wait", key: "behind", ms: own_ms } as const;
  if (sync && sync.behind.length > 0) return { tone: "wait", key: "who" } as const;
  const spread_ms = sync?.spread_ms ?? null;
  if (spread_ms === null) return { tone: "sync", key: "in_sync", ms: own_ms } as const;
  const tone: Tone = spread_ms > IN_SYNC_MS ? "wait" : "sync";
  return { tone, key: "spread", ms: spread_ms } as const;
}

const DOTS: Record<Tone, string> = {
  sync: "bg-sync",
  wait: "bg-accent",
  trouble: "bg-danger",
  still: "bg-faint",
};

const INKS: Record<Tone, string> = {
  sync: "text-sync hover:bg-sync-wash",
  wait: "text-accent-text hover:bg-accent-wash",
  trouble: "text-dim hover:bg-raised",
  still: "text-dim hover:bg-raised",
};

export function SyncPill({ drifts }: { drifts: () => readonly number[] }) {
  const { t } = useTranslation();
  const { store } = useLive();
  const phase = useRoom((room) => room.phase);
  const state = useRoom(({ timeline }) => timeline?.state);
  const out = useRoom((room) => room.out);
  const people = useRoom(({ members, you }) => ({ members, you }));
  const starting = useStartsIn() !== null;
  const own_ms = useNow(() => percentile(drifts().map(Math.abs), 0.95), READ_EVERY_MS);
  const sync = useNow(() => freshSync(store.getState(), performance.now()), READ_EVERY_MS);
  const pill = pillOf({ phase, state, out, starting, own_ms, sync });
  const words =
    pill.key === "who"
      ? (wordsOfBehind(sync?.behind ?? [], people, t) ?? t("sync.catching_up"))
      : "ms" in pill && pill.ms !== undefined
        ? t(`sync.${pill.key}`, { ms: Math.max(1, Math.round(pill.ms)) })
        : t(`sync.${pill.key}`);
  return (
    <Popover
      title={t("sync.title")}
      className="w-88"
      trigger={
        <button
          type="button"
          className={cn(
            "tabular inline-flex bg-black/45 min-h-11 min-w-0 max-w-[70vw] items-center gap-2 rounded-full px-3 text-[0.8rem] transition-colors first-letter:uppercase",
            INKS[pill.tone],
          )}
        >
          <span aria-hidden className={cn("size-2 shrink-0 rounded-full", DOTS[pill.tone])} />
          <span className="truncate">{words}</span>
        </button>
      }
    >
      <SyncTable sync={sync} own_ms={own_ms} />
    </Popover>
  );
}
