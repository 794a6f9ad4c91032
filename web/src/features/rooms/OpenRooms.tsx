import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useTranslation } from "react-i18next";
import type { Room } from "@/lib/types";
import { cn } from "@/ui/cn";
import { Poster } from "@/ui/poster";
import { roomsQuery } from "./api";

/** The rooms that are open now. None: nothing is shown. */
export function OpenRooms() {
  const { t } = useTranslation();
  const { data } = useQuery(roomsQuery);
  if (!data || data.rooms.length === 0) return null;
  return (
    <section aria-labelledby="open-rooms">
      <h2 id="open-rooms" className="title mb-4 text-xl sm:text-2xl">
        {t("rooms.open")}
      </h2>
      <ul className="grid gap-3 sm:grid-cols-2 xl:grid-cols-3">
        {data.rooms.map((room) => (
          <li key={room.code}>
            <RoomCard room={room} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function RoomCard({ room }: { room: Room }) {
  const { t } = useTranslation();
  return (
    <Link
      to="/r/$code"
      params={{ code: room.code }}
      className="flex items-center gap-4 rounded-card bg-surface p-3 transition-colors hover:bg-raised"
    >
      <Poster
        src={room.item?.backdrop ?? room.item?.poster ?? null}
        shape="wide"
        className="w-32 shrink-0"
      />
      <div className="min-w-0">
        <p className="truncate font-medium">{room.name}</p>
        <p className="truncate text-dim text-sm">{room.item?.title ?? t("rooms.no_film")}</p>
        <p className="tabular flex items-center gap-2 text-faint text-sm">
          <span
            aria-hidden
            className={cn("size-2 rounded-full", room.state === "playing" ? "bg-sync" : "bg-faint")}
          />
          {t(`rooms.states.${room.state}`)}
          {t("common.dot")}
          {t("rooms.inside", { count: room.members_online })}
        </p>
      </div>
    </Link>
  );
}
