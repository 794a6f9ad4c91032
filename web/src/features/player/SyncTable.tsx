/** The room in figures: how far apart, for whose sake it is slower, and everybody's own numbers. */
import type { TFunction } from "i18next";
import { useTranslation } from "react-i18next";
import type { Member, RoomSync } from "@/lib/types";
import { type Condition, conditionOf, wordsOfEasing } from "@/room/behind";
import { useRoom } from "@/room/context";
import { usePlan, wordsOfPlan, wordsOfWay } from "@/room/plan";
import { cn } from "@/ui/cn";

const whole = (ms: number) => Math.max(1, Math.round(ms));

/** Where somebody's picture is: "12 ms ahead", "level". */
export function wordsOfDrift(drift_ms: number | null, t: TFunction): string {
  if (drift_ms === null) return t("common.none");
  const ms = Math.round(Math.abs(drift_ms));
  if (ms === 0) return t("sync.level");
  if (ms >= 10_000) {
    const words = t("common.s", { value: Math.round(ms / 1000) });
    return t(drift_ms > 0 ? "sync.ahead_by" : "sync.behind_for", { words });
  }
  return t(drift_ms > 0 ? "sync.ahead" : "sync.behind_by", { ms });
}

export function SyncTable({ sync, own_ms }: { sync: RoomSync | null; own_ms: number | null }) {
  const { t } = useTranslation();
  const members = useRoom((room) => room.members);
  const state = useRoom(({ timeline }) => timeline?.state);
  const eased = useRoom((room) => wordsOfEasing(room, t));
  return (
    <div className="grid gap-3">
      <Headline sync={sync} own_ms={own_ms} />
      {eased && <p className="text-accent-text text-sm">{eased}</p>}
      <Excused />
      <Served />
      <table className="tabular w-full text-left text-sm">
        <thead className="text-faint text-xs">
          <tr>
            {(["member", "drift", "buffered", "link", "watches"] as const).map((each) => (
              <th key={each} scope="col" className="pr-3 pb-1 font-normal last:pr-0">
                {t(`sync.columns.${each}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {members.map((each) => (
            <Row key={each.id} member={each} condition={conditionOf(each, state, sync)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Headline({ sync, own_ms }: { sync: RoomSync | null; own_ms: number | null }) {
  const { t } = useTranslation();
  const state = useRoom(({ timeline }) => timeline?.state);
  if (state === "waiting") return <Head title={t("sync.head.waiting")} />;
  if (state !== "playing") return <Head title={t("sync.head.still")} />;
  if (sync?.spread_ms != null) {
    return (
      <Head title={t("sync.head.spread", { ms: whole(sync.spread_ms) })} tone="text-sync">
        {t("sync.head.spread_text", { count: sync.members })}{" "}
        {sync.p95_ms !== null && t("sync.head.p95", { ms: whole(sync.p95_ms) })}
      </Head>
    );
  }
  if (own_ms === null) return <Head title={t("sync.head.none")} />;
  return <Head title={t("sync.head.alone", { ms: whole(own_ms) })} tone="text-sync" />;
}

function Head(props: { title: string; tone?: string; children?: React.ReactNode }) {
  return (
    <div>
      <p className={cn("title tabular text-xl", props.tone)}>{props.title}</p>
      {props.children && <p className="mt-1 text-dim text-xs">{props.children}</p>}
    </div>
  );
}

/** Named, with the promise that nothing has to be done about it. */
function Excused() {
  const { t } = useTranslation();
  const you = useRoom((room) => room.you?.id);
  const excused = useRoom((room) =>
    room.members.filter((each) => each.online && each.excused && !each.stepped_out),
  );
  const others = excused.filter((each) => each.id !== you).map((each) => each.name);
  if (excused.length === 0) return null;
  return (
    <div className="text-dim text-xs">
      {excused.length > others.length && <p>{t("sync.you_excused_note")}</p>}
      {others.length > 0 && (
        <p>
          {t("sync.excused_note", {
            count: others.length,
            names: new Intl.ListFormat(undefined).format(others),
          })}
        </p>
      )}
    </div>
  );
}

/** What the room costs the Plex server. */
function Served() {
  const { t } = useTranslation();
  const plan = usePlan();
  const words = plan && wordsOfPlan(plan, t);
  return words ? <p className="text-dim text-xs">{words}</p> : null;
}

const FINE: readonly Condition[] = ["here", "ready", "away"];

function Row({ member, condition }: { member: Member; condition: Condition }) {
  const { t } = useTranslation();
  const dash = t("common.none");
  const { online, drift_ms, buffered_s, rtt_ms } = member;
  const watches = usePlan()?.members[member.id];
  return (
    <tr className={cn("align-top", !online && "text-faint")}>
      <th scope="row" className="max-w-26 py-1 pr-3 font-normal">
        <span className="block truncate font-medium">{member.name}</span>
        {condition !== "here" && (
          <span
            className={cn(
              "block text-xs",
              FINE.includes(condition) ? "text-faint" : "text-accent-text",
            )}
          >
            {t(`conditions.${condition}`)}
          </span>
        )}
      </th>
      <td className="whitespace-nowrap py-1 pr-3">{online ? wordsOfDrift(drift_ms, t) : dash}</td>
      <td className="whitespace-nowrap py-1 pr-3">
        {online ? t("common.s", { value: buffered_s.toFixed(1) }) : dash}
      </td>
      <td className="whitespace-nowrap py-1 pr-3">
        {online && rtt_ms !== null ? t("common.ms", { value: Math.round(rtt_ms) }) : dash}
      </td>
      <td className="py-1">{online && watches ? wordsOfWay(watches, t) : dash}</td>
    </tr>
  );
}
