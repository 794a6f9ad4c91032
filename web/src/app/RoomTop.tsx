import { Link } from "@tanstack/react-router";
import { ArrowLeft, PanelRightOpen, UserPlus } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { RoomMenu } from "@/features/rooms/RoomMenu";
import { useRoom } from "@/room/context";
import { buttonStyle, IconButton } from "@/ui/button";
import { Spinner } from "@/ui/spinner";

/** The strip over the film: where one is, how the room is, who else could come. */
export function RoomTop(props: {
  pill: ReactNode;
  unread: number;
  /** Missing while the panel is open. */
  onOpenPanel?: () => void;
  onInvite: () => void;
  onLeave: () => void;
}) {
  const { t } = useTranslation();
  const phase = useRoom((state) => state.phase);
  const item = useRoom((state) => state.timeline?.item ?? null);
  const name = useRoom((state) => state.room?.name ?? "");
  const account = useRoom((state) => state.you?.kind === "account");
  return (
    <div>
      <div className="flex items-center gap-1 px-2 pt-[max(0.5rem,env(safe-area-inset-top))] pb-6 sm:px-3">
        {account && (
          <Link
            to="/"
            aria-label={t("room.home")}
            title={t("room.home")}
            className={buttonStyle({ tone: "ghost", size: "icon" })}
          >
            <ArrowLeft />
          </Link>
        )}
        <div className="min-w-0 flex-1 px-1">
          <h1 className="title truncate text-base max-sm:sr-only sm:text-lg">
            {item?.title ?? name}
          </h1>
          <p className="hidden truncate text-dim text-xs sm:block">
            {item ? [item.subtitle, name].filter(Boolean).join(t("common.dot")) : null}
          </p>
        </div>
        {props.pill}
        <IconButton label={t("room.invite")} onClick={props.onInvite}>
          <UserPlus />
        </IconButton>
        <RoomMenu onLeave={props.onLeave} />
        {props.onOpenPanel && (
          <span className="relative">
            <IconButton label={t("room.open_panel")} onClick={props.onOpenPanel}>
              <PanelRightOpen />
            </IconButton>
            {props.unread > 0 && (
              <span className="tabular pointer-events-none absolute top-0.5 right-0 grid h-4.5 min-w-4.5 place-items-center rounded-full bg-accent px-1 font-semibold text-[0.68rem] text-accent-ink">
                {props.unread}
              </span>
            )}
          </span>
        )}
      </div>
      {phase !== "joined" && (
        <p
          role="status"
          className="mx-auto flex w-fit max-w-[90%] items-center gap-2 rounded-full bg-raised px-4 py-2 text-sm shadow-pop"
        >
          <Spinner className="size-4 shrink-0" />
          {phase === "connecting" ? t("room.connecting") : t("room.lost")}
        </p>
      )}
    </div>
  );
}
