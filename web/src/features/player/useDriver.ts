/** Connects the room to the driver: timelines in, readiness and status out, tickets when needed. */
import { type RefObject, useCallback, useEffect, useRef, useState } from "react";
import { useStore } from "zustand";
import { ApiError, api, resolve } from "@/lib/api";
import { sentence } from "@/lib/i18n";
import { keep, kept } from "@/lib/kept";
import type { Ticket } from "@/lib/types";
import { useLive, useRoom } from "@/room/context";
import { mappedClock } from "@/sync/clock";
import { createDriver, type Driver, type DriverView } from "./driver";
import { exposeForTests } from "./expose";
import { itemKey, type Stream, streamKey } from "./stream";

export function useDriver(video: RefObject<HTMLVideoElement | null>): {
  driver: Driver | null;
  /** Where what is on is streamed; null while there is nothing. */
  stream: Stream | null;
  /** The ticket was refused: another one, but not at once. */
  refused: () => void;
  retry: () => void;
} {
  const { store, connection } = useLive();
  const [driver, setDriver] = useState<Driver | null>(null);
  const { stream, refused, retry } = useTicket(driver);

  useEffect(() => {
    if (!video.current) return;
    const made = createDriver(video.current, {
      serverNow: connection.clock.now,
      round_trip_ms: connection.clock.round_trip_ms,
      uncertainty_ms: connection.clock.uncertainty_ms,
      wake: connection.clock.wake,
      ready: connection.ready,
      status: connection.status,
      refused,
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
  }, [video, connection, store, refused]);

  useEffect(
    () => (driver ? followTimelines(driver, store, connection) : undefined),
    [driver, store, connection],
  );
  return { driver, stream, refused, retry };
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
function useTicket(driver: Driver | null) {
  const key = useRoom((state) => streamKey(state.timeline));
  const item = useRoom((state) => itemKey(state.timeline));
  const code = useRoom((state) => state.room?.code ?? null);
  const [stream, setStream] = useState<Stream | null>(null);
  /** Of this stream, since something of it came last. */
  const refusals = useRef({ key, count: 0 });
  const [turn, setTurn] = useState(0);
  const retry = useCallback(() => setTurn((before) => before + 1), []);
  const refused = useCallback(() => {
    refusals.current.count += 1;
    retry();
  }, [retry]);

  useEffect(
    () =>
      driver?.view.subscribe(({ buffered }) => {
        if (buffered.length > 0) refusals.current.count = 0;
      }),
    [driver],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: each turn gets another ticket
  useEffect(() => {
    if (!driver || !code || item === null || key === null) return;
    if (refusals.current.key !== key) refusals.current = { key, count: 0 };
    return fetchTicket(driver, code, refusals.current.count, (url) =>
      setStream({ url, item, key }),
    );
  }, [driver, code, item, key, turn]);
  return { stream: stream?.item === item ? stream : null, refused, retry };
}

/** Until there is one. Gives what ends that. */
function fetchTicket(
  driver: Driver,
  code: string,
  refusals: number,
  onUrl: (url: string) => void,
): () => void {
  let dropped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const fetchOne = async (attempt: number): Promise<void> => {
    try {
      const ticket = await api.post<Ticket>(`api/rooms/${encodeURIComponent(code)}/ticket`);
      const url = resolve(ticket.url);
      if (!dropped) onUrl(url.slice(0, url.lastIndexOf("/")));
    } catch (error) {
      if (dropped) return;
      driver.view.setState({ failure: "unreachable" });
      const gone = error instanceof ApiError && error.status >= 400 && error.status < 500;
      if (gone && error.status !== 429) console.warn(sentence(error));
      timer = setTimeout(() => fetchOne(attempt + 1), Math.min(15_000, 1_000 * 2 ** attempt));
    }
  };
  // A refused ticket is not asked for again at once, or a closed door would be hammered on.
  timer = setTimeout(() => fetchOne(0), Math.min(8_000, 500 * refusals));
  return () => {
    dropped = true;
    clearTimeout(timer);
  };
}

/** A part of what the element shows. */
export function useDriverView<T>(driver: Driver, select: (view: DriverView) => T): T {
  return useStore(driver.view, select);
}
