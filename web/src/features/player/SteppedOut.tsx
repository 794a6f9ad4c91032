import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { clockTime } from "@/lib/format";
import { useRoom } from "@/room/context";
import { Button } from "@/ui/button";
import type { Driver } from "./driver";
import type { Steer } from "./steer";
import { useNow } from "./useNow";

/** Lets the own picture stand while this screen is out. */
export function useStepOut(driver: Driver | null): void {
  const out = useRoom((state) => state.out);
  useEffect(() => {
    driver?.stepOut(out);
    // Who is back counts again when they report ready, even if nothing has changed for them.
    if (!out) driver?.forget();
  }, [driver, out]);
}

/** The own picture stands, the others go on; one button leads back. */
export function SteppedOut({ driver, steer }: { driver: Driver | null; steer: Steer }) {
  const out = useRoom((state) => state.out);
  return out ? <Outside driver={driver} steer={steer} /> : null;
}

function Outside({ driver, steer }: { driver: Driver | null; steer: Steer }) {
  const { t } = useTranslation();
  const playing = useRoom(({ timeline }) => timeline?.state === "playing");
  const long = useRoom(({ timeline }) => (timeline?.duration_s ?? 0) >= 3600);
  const at_s = useNow(() => driver?.expected() ?? null, 500);
  return (
    <div className="absolute inset-0 z-5 grid place-items-center bg-black/65 p-4 brief:pt-14 brief:pb-2">
      <div className="pointer-events-auto grid max-w-sm animate-appear justify-items-center gap-1 text-center">
        <p role="status" className="title text-2xl sm:text-3xl brief:text-xl">
          {t("out.title")}
        </p>
        <p className="tabular text-dim text-sm">
          {playing && at_s !== null
            ? t("out.others", { position: clockTime(at_s, long) })
            : t("out.paused")}
        </p>
        <p className="text-faint text-sm brief:hidden">{t("out.text")}</p>
        <Button tone="primary" size="lg" className="mt-2" onClick={() => steer.stepOut(false)}>
          {t("out.back")}
        </Button>
      </div>
    </div>
  );
}
