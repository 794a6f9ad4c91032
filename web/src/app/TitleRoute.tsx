import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { Clapperboard } from "lucide-react";
import { useTranslation } from "react-i18next";
import { TitlePage } from "@/features/library/TitlePage";
import { useStartParty } from "@/features/rooms/api";
import { sentence } from "@/lib/i18n";
import { Button } from "@/ui/button";

const route = getRouteApi("/inside/title/$server/$key");

export function TitleRoute() {
  const { t } = useTranslation();
  const { server, key } = route.useParams();
  const navigate = useNavigate();
  const start = useStartParty(
    (room) => void navigate({ to: "/r/$code", params: { code: room.code } }),
  );
  return (
    <div className="-mt-18">
      <TitlePage
        key={`${server} ${key}`}
        server={server}
        rating_key={key}
        actions={(item) => (
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
        )}
      />
    </div>
  );
}
