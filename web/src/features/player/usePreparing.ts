/** What is being done meanwhile, when the film does not come at once (SPEC STR-12). */
import type { TFunction } from "i18next";
import { useEffect, useState } from "react";
import { useRoom } from "@/room/context";
import { besideFilm } from "./beside";
import type { Driver } from "./driver";
import { useDriverView } from "./useDriver";
import type { Way } from "./way";

export interface Progress {
  state: "ready" | "starting" | "making";
  for_s: number;
  usual_s: number;
}

/** What passes sooner is not worth a word. */
const SILENT_MS = 1_200;
const EVERY_MS = 1_000;
const SLOW_S = 3;

export function wordsOfProgress({ state, for_s, usual_s }: Progress, t: TFunction): string | null {
  const left_s = Math.round(usual_s - for_s);
  if (state === "starting") {
    return left_s > 0 ? t("preparing.starting", { count: left_s }) : t("preparing.starting_long");
  }
  return state === "making" && for_s > SLOW_S ? t("preparing.making") : null;
}

/** For whoever has nothing to look at; null while there is no need of words. */
export function usePreparing(driver: Driver, stream: string | null, way: Way | null) {
  const waited_for = useRoom(({ timeline, you, members }) => {
    const me = members.find((each) => each.id === you?.id);
    return timeline?.state === "waiting" && me?.ready === false;
  });
  const stalled = useDriverView(driver, (view) => view.stalled);
  const needed = (waited_for || stalled) && way !== null && way.ladder !== null;
  const address = needed ? `${stream}/${way.path.slice(0, way.path.lastIndexOf("/"))}` : null;
  const [progress, setProgress] = useState<Progress | null>(null);
  useEffect(() => {
    if (address === null) return;
    const gone = new AbortController();
    let timer: ReturnType<typeof setTimeout>;
    const ask = async () => {
      try {
        setProgress(
          (await (await besideFilm(`${address}/progress`, gone.signal)).json()) as Progress,
        );
      } catch {
        setProgress(null);
      }
      if (!gone.signal.aborted) timer = setTimeout(() => void ask(), EVERY_MS);
    };
    timer = setTimeout(() => void ask(), SILENT_MS);
    return () => {
      gone.abort();
      clearTimeout(timer);
      setProgress(null);
    };
  }, [address]);
  return progress;
}
