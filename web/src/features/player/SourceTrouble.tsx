import { MonitorX } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "@/ui/button";
import { Spinner } from "@/ui/spinner";
import type { Driver } from "./driver";
import { useDriverView } from "./useDriver";

/** The film cannot be shown here, or pauses for want of bytes. */
export function SourceTrouble({ driver, onRetry }: { driver: Driver; onRetry: () => void }) {
  const { t } = useTranslation();
  const failure = useDriverView(driver, (view) => view.failure);
  const stalled = useDriverView(driver, (view) => view.stalled);
  if (!failure) {
    if (!stalled) return null;
    return (
      <div className="pointer-events-none absolute inset-0 grid place-items-center">
        <Spinner className="size-10 text-ink/80" />
      </div>
    );
  }
  return (
    <div role="alert" className="absolute inset-0 z-10 grid place-items-center bg-black/80 p-4">
      <div className="grid max-w-sm justify-items-center gap-2 text-center">
        <MonitorX aria-hidden className="size-8 text-danger" />
        <p className="title text-xl">{t(`source.${failure}.title`)}</p>
        <p className="text-dim text-sm">{t(`source.${failure}.text`)}</p>
        <Button className="mt-2" onClick={onRetry}>
          {t("common.try_again")}
        </Button>
      </div>
    </div>
  );
}
