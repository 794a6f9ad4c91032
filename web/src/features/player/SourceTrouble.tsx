import { MonitorX } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useRoom } from "@/room/context";
import { Button } from "@/ui/button";
import { Spinner } from "@/ui/spinner";
import type { Driver } from "./driver";
import { useDriverView } from "./useDriver";
import { usePreparing } from "./usePreparing";
import type { Way } from "./way";

/** The film cannot be shown here, or pauses for want of bytes. */
export function SourceTrouble(props: {
  driver: Driver;
  stream: string | null;
  way: Way | null;
  onRetry: () => void;
}) {
  const { driver } = props;
  const { t } = useTranslation();
  const failure = useDriverView(driver, (view) => view.failure);
  const stalled = useDriverView(driver, (view) => view.stalled);
  const waiting = useRoom(({ timeline }) => timeline?.state === "waiting");
  const preparing = usePreparing(driver, props.stream, props.way);
  if (!failure) {
    return (
      <>
        {stalled && !waiting && (
          <div className="pointer-events-none absolute inset-0 grid place-items-center">
            <Spinner className="size-10 text-ink/80" />
          </div>
        )}
        {preparing && (
          <p
            role="status"
            className="pointer-events-none absolute inset-x-0 top-2/3 z-5 mx-auto w-fit max-w-[calc(100%-2rem)] animate-appear rounded-full bg-veil px-4 py-1.5 text-center text-sm brief:top-auto brief:bottom-20"
          >
            {preparing}
          </p>
        )}
      </>
    );
  }
  return (
    <div role="alert" className="absolute inset-0 z-10 grid place-items-center bg-black/80 p-4">
      <div className="grid max-w-sm justify-items-center gap-2 text-center">
        <MonitorX aria-hidden className="size-8 text-danger" />
        <p className="title text-xl">{t(`source.${failure}.title`)}</p>
        <p className="text-dim text-sm">{t(`source.${failure}.text`)}</p>
        <Button className="mt-2" onClick={props.onRetry}>
          {t("common.try_again")}
        </Button>
      </div>
    </div>
  );
}
