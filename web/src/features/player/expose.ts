/**
 * A read-only window for the browser tests and the measurements: `window.__watchtogether`.
 * It changes nothing and tells nothing that the page does not know anyway.
 */
import type { Connection } from "@/room/connection";
import type { RoomStore } from "@/room/store";
import type { Driver } from "./driver";

export interface Exposed {
  /** Server time in ms as this page believes it; NaN before the first exchange. */
  serverNow(): number;
  /** Where the film should be, in seconds; NaN without a timeline. */
  expected(): number;
  /** Seconds ahead of the room; NaN while nothing plays. */
  drift(): number;
  state(): {
    phase: string;
    state: string | null;
    epoch: number;
    revision: number;
    position_s: number;
    motion: string;
    stalled: boolean;
    limit: string | null;
    muted: boolean;
    uncertainty_ms: number | null;
    round_trip_ms: number | null;
    members: number;
  };
}

declare global {
  interface Window {
    __watchtogether?: Exposed;
  }
}

export function exposeForTests(driver: Driver, connection: Connection, store: RoomStore) {
  const exposed: Exposed = Object.freeze({
    serverNow: () => connection.clock.now() ?? Number.NaN,
    expected: () => driver.expected() ?? Number.NaN,
    drift: () => driver.drift() ?? Number.NaN,
    state: () => {
      const { phase, timeline, members } = store.getState();
      const { stalled, muted, limit } = driver.view.getState();
      return {
        phase,
        state: timeline?.state ?? null,
        epoch: timeline?.epoch ?? 0,
        revision: timeline?.revision ?? 0,
        position_s: driver.position(),
        motion: driver.motion(),
        stalled,
        limit,
        muted,
        uncertainty_ms: connection.clock.uncertainty_ms(),
        round_trip_ms: connection.clock.round_trip_ms(),
        members: members.length,
      };
    },
  });
  window.__watchtogether = exposed;
  return () => {
    if (window.__watchtogether === exposed) delete window.__watchtogether;
  };
}
