import { MonitorX } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useRoom } from "@/room/context";
import { Button } from "@/ui/button";
import { Spinner } from "@/ui/spinner";
import type { Driver } from "./driver";
import type { SourceFailure } from "./source";
import { useDriverView } from "./useDriver";
import { type Progress, usePreparing, wordsOfProgress } from "./usePreparing";
import type { Watching } from "./useWay";

/** The film cannot be shown here, or pauses for want of bytes. */
export function SourceTrouble(props: {
  driver: Driver;
  stream: string | null;
  watching: Pick<Watching, "way" | "replacing">;
  onRetry: () => void;
}) {
  const { driver, watching } = props;
  const failure = useDriverView(driver, (view) => view.failure);
  const stalled = useDriverView(driver, (view) => view.stalled);
  const waiting = useRoom(({ timeline }) => timeline?.state === "waiting");
  const progress = usePreparing(driver, props.stream, watching.way);
  const replacing = watching.replacing && failure === "undecodable";
  const trouble = replacing ? null : failure;
  return (
    <>
      <Preparing progress={trouble ? null : progress} />
      {trouble && <Trouble failure={trouble} onRetry={props.onRetry} />}
      {!trouble && (replacing || (stalled && !waiting)) && (
        <div className="pointer-events-none absolute inset-0 grid place-items-center">
          <Spinner className="size-10 text-ink/80" />
        </div>
      )}
    </>
  );
}

/** What is done meanwhile: counted for the eye, said once for who listens. */
function Preparing({ progress }: { progress: Progress | null }) {
  const { t } = useTranslation();
  const words = progress && wordsOfProgress(progress, t);
  const about = words && progress.state;
  const [said, say] = useState({ about, words });
  if (said.about !== about) say({ about, words });
  return (
    <>
      <p role="status" className="sr-only">
        {said.words}
      </p>
      {words && (
        <p
          aria-hidden
          className="pointer-events-none absolute inset-x-0 top-2/3 z-5 mx-auto w-fit max-w-[calc(100%-2rem)] animate-appear rounded-full bg-veil px-4 py-1.5 text-center text-sm brief:top-auto brief:bottom-20"
        >
          {words}
        </p>
      )}
    </>
  );
}

function Trouble({ failure, onRetry }: { failure: SourceFailure; onRetry: () => void }) {
  const { t } = useTranslation();
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
