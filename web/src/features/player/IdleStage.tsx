import { Film } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useMay, useRoom } from "@/room/context";
import { Beam } from "@/ui/beam";
import { Button } from "@/ui/button";

/** No film yet: who may chooses one, the others know whom they wait for. */
export function IdleStage({ onChoose }: { onChoose: () => void }) {
  const { t } = useTranslation();
  const may = useMay("playback.load");
  const host = useRoom(({ members }) => members.find((each) => each.host)?.name ?? null);
  const joined = useRoom(({ phase }) => phase !== "connecting");
  if (!joined) return null;
  return (
    <div className="absolute inset-0 grid place-items-center overflow-hidden bg-bg p-6">
      <Beam />
      <div className="relative grid justify-items-center gap-2 text-center">
        <p className="title text-2xl sm:text-3xl">{t("idle.title")}</p>
        <p className="text-dim text-sm sm:text-base">
          {may ? t("idle.choose") : host ? t("idle.host", { name: host }) : t("idle.somebody")}
        </p>
        {may && (
          <Button tone="primary" className="mt-3" onClick={onChoose}>
            <Film />
            {t("player.choose")}
          </Button>
        )}
      </div>
    </div>
  );
}
