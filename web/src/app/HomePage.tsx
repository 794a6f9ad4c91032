import { Link, useNavigate } from "@tanstack/react-router";
import { Clapperboard, Plug } from "lucide-react";
import { useTranslation } from "react-i18next";
import { HomeShelves } from "@/features/library/HomeShelves";
import { useServer } from "@/features/library/useServer";
import { useStartParty } from "@/features/rooms/api";
import { OpenRooms } from "@/features/rooms/OpenRooms";
import { useMe } from "@/lib/account";
import { ApiError } from "@/lib/api";
import { sentence } from "@/lib/i18n";
import { Button, buttonStyle } from "@/ui/button";
import { Empty, Trouble } from "@/ui/states";

export function HomePage() {
  const { t } = useTranslation();
  const { data: me } = useMe();
  const navigate = useNavigate();
  const start = useStartParty(
    (room) => void navigate({ to: "/r/$code", params: { code: room.code } }),
  );
  return (
    <div className="mx-auto grid max-w-7xl grid-cols-1 gap-12 px-4 pt-8 pb-16 sm:px-8 sm:pt-14">
      <header className="flex flex-wrap items-end gap-x-10 gap-y-6">
        <div className="min-w-64 flex-1">
          <h1 dir="auto" className="title break-words text-4xl sm:text-5xl">
            {t("home.hello", { name: me?.account?.display_name ?? "" })}
          </h1>
          <p className="mt-3 max-w-lg text-pretty text-dim">{t("home.text")}</p>
        </div>
        <div className="grid gap-2">
          <Button tone="primary" size="lg" busy={start.isPending} onClick={() => start.mutate({})}>
            <Clapperboard />
            {t("home.start")}
          </Button>
          {start.error && (
            <p role="alert" className="text-danger text-sm">
              {sentence(start.error)}
            </p>
          )}
        </div>
      </header>
      <OpenRooms />
      <Films />
    </div>
  );
}

/** What Plex has, or how to get there. */
function Films() {
  const { t } = useTranslation();
  const { server, query } = useServer();
  const unlinked = query.error instanceof ApiError && query.error.code === "plex_not_linked";
  if (unlinked || query.data?.length === 0) {
    return (
      <Empty icon={<Plug />} title={t("home.no_plex")} text={t("home.no_plex_text")}>
        <Link to="/settings" className={buttonStyle({ tone: "primary" })}>
          {t("home.connect")}
        </Link>
      </Empty>
    );
  }
  if (query.error) return <Trouble error={query.error} onRetry={() => void query.refetch()} />;
  return server ? <HomeShelves key={server.id} server={server.id} /> : null;
}
