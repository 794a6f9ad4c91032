import { VolumeX } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/button";
import type { Driver } from "./driver";
import { useDriverView } from "./useDriver";

/** The browser lets the film play without sound only, until somebody touches the page. */
export function SoundGate({ driver }: { driver: Driver }) {
  const { t } = useTranslation();
  const blocked = useDriverView(driver, (view) => view.sound_blocked);
  useEffect(() => {
    if (!blocked) return;
    const allow = () => driver.setMuted(false);
    const touches = ["pointerup", "keydown"] as const;
    for (const touch of touches) addEventListener(touch, allow, { once: true });
    return () => {
      for (const touch of touches) removeEventListener(touch, allow);
    };
  }, [blocked, driver]);
  if (!blocked) return null;
  return (
    <div className="absolute inset-x-0 top-16 z-20 grid justify-items-center">
      <Button tone="primary" className="shadow-pop" onClick={() => driver.setMuted(false)}>
        <VolumeX />
        {t("player.tap_for_sound")}
      </Button>
    </div>
  );
}
