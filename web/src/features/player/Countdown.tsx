import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useLive, useRoom } from "@/room/context";
import { useNow } from "./useNow";

/** Only a start that is further ahead than any delay of the network is counted down. */
const COUNTED_MS = 700;

/** Milliseconds until the film starts; null when it does not, or when the clock is not known. */
export function useStartsIn(): number | null {
  const { connection } = useLive();
  const playing = useRoom(({ timeline }) => timeline?.state === "playing");
  const as_of_ms = useRoom(({ timeline }) => timeline?.as_of_ms ?? 0);
  const left_ms = useNow(() => {
    const now_ms = connection.clock.now();
    return !playing || now_ms === null ? 0 : Math.max(0, as_of_ms - now_ms);
  }, 100);
  return left_ms > 0 ? left_ms : null;
}

/** "3 – 2 – 1" before a start that everybody agreed on (SPEC PB-21). */
export function Countdown() {
  const revision = useRoom(({ timeline }) => timeline?.revision ?? 0);
  return <Counting key={revision} />;
}

function Counting() {
  const { t } = useTranslation();
  const { connection, store } = useLive();
  const left_ms = useStartsIn();
  const [ahead_ms] = useState(() => {
    const now_ms = connection.clock.now();
    return now_ms === null ? 0 : (store.getState().timeline?.as_of_ms ?? 0) - now_ms;
  });
  if (left_ms === null || ahead_ms < COUNTED_MS) return null;
  const seconds = Math.ceil(left_ms / 1000);
  return (
    <div className="pointer-events-none absolute inset-0 z-5 grid place-items-center bg-black/40 brief:pt-8 brief:pb-20">
      <p className="sr-only" role="status">
        {t("check.starting", { seconds: Math.round(ahead_ms / 1000) })}
      </p>
      <p
        aria-hidden
        key={seconds}
        className="title tabular animate-count text-[9rem] brief:text-7xl drop-shadow-2xl"
      >
        {seconds}
      </p>
    </div>
  );
}
