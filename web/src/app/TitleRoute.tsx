import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { Clapperboard } from "lucide-react";
import { useTranslation } from "react-i18next";
import { PlaylistPage, TitlePage } from "@/features/library/TitlePage";
import { useStartParty } from "@/features/rooms/api";
import { sentence } from "@/lib/i18n";
import type { Item } from "@/lib/plexTypes";
import { Button } from "@/ui/button";

const route = getRouteApi("/inside/title/$server/$key");

export function TitleRoute() {
  const { server, key } = route.useParams();
  const { kind } = route.useSearch();
  const which = { server, rating_key: key };
  return (
    <div className="-mt-18">
      {kind === "playlist" ? (
        <PlaylistPage key={`${server} ${key}`} {...which} />
      ) : (
        <TitlePage
          key={`${server} ${key}`}
          {...which}
          actions={(item) => <StartParty item={item} />}
        />
      )}
    </div>
  );
}

function StartParty({ item }: { item: Item }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const start = useStartParty(
    (room) => void navigate({ to: "/r/$code", params: { code: room.code } }),
  );
  return (
    <>
      <Button
        tone="primary"
        size="lg"
        busy={start.isPending}
        onClick={() => start.mutate({ server: item.server, rating_key: item.rating_key })}
      >
        <Clapperboard />
        {t("title.start")}
      </Button>
      {start.error && (
        <p role="alert" className="basis-full text-danger text-sm">
          {sentence(start.error)}
        </p>
      )}
    </>
  );
}
