/** How the room is: "in sync · 9 ms". Opens to a small table by member. */
import { useTranslation } from "react-i18next";
import { percentile } from "@/lib/format";
import type { Member } from "@/lib/types";
import { useRoom } from "@/room/context";
import { cn } from "@/ui/cn";
import { Popover } from "@/ui/popover";
import { useNow } from "./useNow";

type Tone = "sync" | "wait" | "trouble" | "still";

const IN_SYNC_MS = 60;

/** One's own drift (p95 of the last seconds) put into a word. */
export function pillOf(phase: string, state: string | undefined, p95_ms: number | null) {
  if (phase === "connecting") return { tone: "wait", key: "connecting" } as const;
  if (phase !== "joined") return { tone: "trouble", key: "reconnecting" } as const;
  if (state === "waiting") return { tone: "wait", key: "waiting" } as const;
  if (state === "playing") {
    if (p95_ms === null) return { tone: "wait", key: "catching_up" } as const;
    if (p95_ms > IN_SYNC_MS) return { tone: "wait", key: "behind" } as const;
    return { tone: "sync", key: "in_sync" } as const;
  }
  return { tone: "still", key: state === "paused" ? "paused" : "idle" } as const;
}

const DOTS: Record<Tone, string> = {
  sync: "bg-sync",
  wait: "bg-accent",
  trouble: "bg-danger",
  still: "bg-faint",
};

export function SyncPill({ drifts }: { drifts: () => readonly number[] }) {
  const { t } = useTranslation();
  const phase = useRoom((state) => state.phase);
  const state = useRoom(({ timeline }) => timeline?.state);
  const p95 = useNow(() => percentile(drifts(), 0.95), 500);
  const { tone, key } = pillOf(phase, state, p95);
  const ms = Math.max(1, Math.round(p95 ?? 0));
  return (
    <Popover
      title={t("sync.title")}
      trigger={
        <button
          type="button"
          className={cn(
            "tabular inline-flex min-h-11 items-center gap-2 whitespace-nowrap rounded-full px-3 text-[0.8rem] transition-colors",
            tone === "sync" ? "text-sync hover:bg-sync-wash" : "text-dim hover:bg-raised",
          )}
        >
          <span aria-hidden className={cn("size-2 rounded-full", DOTS[tone])} />
          {key === "in_sync" || key === "behind" ? t(`sync.${key}`, { ms }) : t(`sync.${key}`)}
        </button>
      }
    >
      <SyncTable />
    </Popover>
  );
}

function stateOf(member: Member) {
  if (!member.online) return "away" as const;
  if (member.excused) return "excused" as const;
  if (member.stalled) return "buffering" as const;
  return member.ready ? ("ready" as const) : ("getting_ready" as const);
}

function SyncTable() {
  const { t } = useTranslation();
  const members = useRoom((room) => room.members);
  const dash = t("common.none");
  const number = (value: number | null, unit: "ms" | "s") =>
    value === null
      ? dash
      : t(`common.${unit}`, { value: unit === "s" ? value.toFixed(1) : Math.round(value) });
  return (
    <table className="tabular whitespace-nowrap text-left text-sm">
      <thead className="text-faint text-xs">
        <tr>
          {(["member", "drift", "buffered", "link", "state"] as const).map((each) => (
            <th key={each} scope="col" className="pr-4 pb-1 font-normal last:pr-0">
              {t(`sync.columns.${each}`)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {members.map((each) => (
          <tr key={each.id} className={cn(!each.online && "text-faint")}>
            <th scope="row" className="max-w-28 truncate py-1 pr-4 font-medium">
              {each.name}
            </th>
            <td className="pr-4">{number(each.drift_ms, "ms")}</td>
            <td className="pr-4">{number(each.buffered_s, "s")}</td>
            <td className="pr-4">{number(each.rtt_ms, "ms")}</td>
            <td className={cn(each.stalled && "text-danger")}>
              {t(`sync.states.${stateOf(each)}`)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
