/** Connects the room to the driver: timelines in, readiness and status out, tickets when needed. */
import { type RefObject, useEffect, useState } from "react";
import { useStore } from "zustand";
import { ApiError, api, resolve } from "@/lib/api";
import { sentence } from "@/lib/i18n";
import { keep, kept } from "@/lib/kept";
import type { Ticket, Timeline } from "@/lib/types";
import { useLive, useRoom } from "@/room/context";
import { mappedClock } from "@/sync/clock";
import { createDriver, type Driver, type DriverView } from "./driver";
import { exposeForTests } from "./expose";

/** What identifies a stream: another item or generation needs another ticket. */
export function streamKey(timeline: Timeline | null): string | null {
  if (!timeline?.item) return null;
  return `${timeline.item.server} ${timeline.item.rating_key} ${timeline.stream?.generation ?? 0}`;
}

export function useDriver(video: RefObject<HTMLVideoElement | null>): {
  driver: Driver | null;
  /** The address below which what is on is streamed; null while there is nothing. */
  stream: string | null;
  retry: () => void;
} {
  const { store, connection } = useLive();
  const [driver, setDriver] = useState<Driver | null>(null);
  const [refusals, setRefusals] = useState(0);

  useEffect(() => {
    if (!video.current) return;
    const made = createDriver(video.current, {
      serverNow: connection.clock.now,
      round_trip_ms: connection.clock.round_trip_ms,
      uncertainty_ms: connection.clock.uncertainty_ms,
      wake: connection.clock.wake,
      ready: connection.ready,
      status: connection.status,
      refused: () => setRefusals((count) => count + 1),
    });
    const volume = Number(kept("volume") ?? 1);
    if (volume > 0 && volume < 1) made.setVolume(volume);
    const stopKeeping = made.view.subscribe((view) => keep("volume", String(view.volume)));
    setDriver(made);
    const hidden = exposeForTests(made, connection, store);
    const unsure = connection.clock.onSure(made.tick);
    const awake = () => document.hidden || connection.clock.wake();
    document.addEventListener("visibilitychange", awake);
    addEventListener("online", awake);
    return () => {
      document.removeEventListener("visibilitychange", awake);
      removeEventListener("online", awake);
      unsure();
      hidden();
      stopKeeping();
      made.destroy();
      setDriver(null);
    };
  }, [video, connection, store]);

  useEffect(
    () => (driver ? followTimelines(driver, store, connection) : undefined),
    [driver, store, connection],
  );
  const [stream, setStream] = useState<string | null>(null);
  useTicket(driver, refusals, setStream);
  return { driver, stream, retry: () => setRefusals((count) => count + 1) };
}

/**
 * Timelines reach the driver once their clock is known: after a restart of the server the old one
 * plays on until the exchange with the new clock is done (SPEC CLK-4).
 */
function followTimelines(
  driver: Driver,
  store: ReturnType<typeof useLive>["store"],
  connection: ReturnType<typeof useLive>["connection"],
): () => void {
  let phase = store.getState().phase;
  const offer = () => {
    const { timeline } = store.getState();
    const clock = mappedClock(connection.clock.state());
    if (timeline && (clock === timeline.clock_id || timeline.state !== "playing")) {
      driver.apply(timeline);
    }
  };
  const changed = () => {
    const now = store.getState().phase;
    if (now === "joined" && phase !== "joined") driver.forget();
    phase = now;
    offer();
  };
  changed();
  const waiting = setInterval(offer, 200);
  const stop = store.subscribe(changed);
  return () => {
    clearInterval(waiting);
    stop();
  };
}

/** Gets a ticket for what is on, and another when one was refused. */
function useTicket(
  driver: Driver | null,
  refusals: number,
  onStream: (stream: string | null) => void,
): void {
  const key = useRoom((state) => streamKey(state.timeline));
  const code = useRoom((state) => state.room?.code ?? null);
  useEffect(() => {
    if (!driver || !code) return;
    if (key === null) {
      onStream(null);
      return;
    }
    let dropped = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const fetchTicket = (attempt: number): void => {
      api
        .post<Ticket>(`api/rooms/${encodeURIComponent(code)}/ticket`)
        .then((ticket) => {
          if (dropped) return;
          const url = resolve(ticket.url);
          onStream(url.slice(0, url.lastIndexOf("/")));
        })
        .catch((error: unknown) => {
          if (dropped) return;
          driver.view.setState({ failure: "unreachable" });
          const gone = error instanceof ApiError && error.status >= 400 && error.status < 500;
          if (gone && error.status !== 429) console.warn(sentence(error));
          timer = setTimeout(
            () => fetchTicket(attempt + 1),
            Math.min(15_000, 1_000 * 2 ** attempt),
          );
        });
    };
    // A refused ticket is not asked for again at once, or a closed door would be hammered on.
    timer = setTimeout(() => fetchTicket(0), refusals === 0 ? 0 : Math.min(8_000, 500 * refusals));
    return () => {
      dropped = true;
      clearTimeout(timer);
    };
  }, [driver, code, key, refusals, onStream]);
}

/** A part of what the element shows. */
export function useDriverView<T>(driver: Driver, select: (view: DriverView) => T): T {
  return useStore(driver.view, select);
}
