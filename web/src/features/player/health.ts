/** What keeps this screen from being with the room: its link, its speed, its browser (SPEC SYN-3). */
import type { Limit } from "@/lib/types";
import type { Actuation } from "@/sync/controller";

interface Load {
  at_ms: number;
  ahead_s: number;
  at_s: number;
}

export interface Health {
  /**
   * Takes in how much is loaded now; `complete`: there is nothing left to load. Sources load no
   * further than `plenty_s` ahead, or little more, on purpose.
   */
  loaded(now: Load, complete: boolean, plenty_s: number): void;
  /** Film seconds loaded per second of late; null when nothing holds the loading back. */
  fill(): number | null;
  limit(of: { rate: number; actuation: Actuation; lag_s: number | null; hidden: boolean }): Limit;
  forget(): void;
}

const WINDOW_MS = 10_000;
const EVERY_MS = 500;
const SPAN_MS = 3_000;
const LATE_S = 0.15;

export function createHealth(): Health {
  let loads: Load[] = [];
  let enough = true;
  let plenty_s = 0;

  function fill(): number | null {
    const first = loads[0];
    const last = loads[loads.length - 1];
    if (enough || !first || !last || last.at_ms - first.at_ms < SPAN_MS) return null;
    const gained_s = last.at_s + last.ahead_s - first.at_s - first.ahead_s;
    return Math.max(0, gained_s / ((last.at_ms - first.at_ms) / 1000));
  }

  return {
    loaded(now, complete, of_source_s) {
      plenty_s = of_source_s;
      enough = complete || now.ahead_s >= plenty_s;
      const last = loads[loads.length - 1];
      if (last && now.at_ms - last.at_ms < EVERY_MS) return;
      if (last && now.at_s + now.ahead_s < last.at_s) loads = []; // it has jumped back
      loads = [...loads.filter((each) => now.at_ms - each.at_ms <= WINDOW_MS), now];
    },
    fill,
    limit({ rate, actuation, lag_s, hidden }) {
      const filled = fill();
      const ahead_s = loads[loads.length - 1]?.ahead_s ?? plenty_s;
      if (hidden) return "hidden";
      if (filled !== null && filled < rate && ahead_s < plenty_s / 2) return "slow_link";
      if (lag_s !== null && lag_s > LATE_S) return "slow_device";
      return actuation === "none" ? "fixed_rate" : null;
    },
    forget() {
      loads = [];
      enough = true;
    },
  };
}
