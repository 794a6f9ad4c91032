/** Tells the room how this member's playback is: readiness when it changes, status now and then. */
import type { Status } from "@/lib/types";

const CHANGING_MS = 1_000;
const STEADY_MS = 5_000;

export interface Reporter {
  /** Told once per revision and answer. */
  ready(ready: boolean, epoch: number, revision: number): void;
  /** Told about every second while something changes, else every five; a stall at once. */
  status(status: Omit<Status, "seeks">): void;
  /** One more corrective seek, told with the next status. */
  sought(): void;
  /** After a rejoin everything is told again. */
  forget(): void;
}

const nothing = { words: "", at: Number.NEGATIVE_INFINITY, urgent: "" };

export function createReporter(
  ports: { ready(ready: boolean, revision: number): void; status(status: Status): void },
  own: () => number,
): Reporter {
  let readiness = "";
  let last = nothing;
  let seeks = 0;
  return {
    ready(ready, epoch, revision) {
      const words = `${ready} ${epoch} ${revision}`;
      if (words === readiness) return;
      readiness = words;
      ports.ready(ready, revision);
    },
    status(status) {
      const { buffered_s, drift_ms, rtt_ms, revision, stalled, limit } = status;
      const words = [Math.round(buffered_s), drift_ms, rtt_ms, revision, seeks].join(" ");
      const urgent = `${stalled} ${limit}`;
      const wait_ms = words === last.words ? STEADY_MS : CHANGING_MS;
      if (urgent === last.urgent && own() - last.at < wait_ms) return;
      last = { words, at: own(), urgent };
      ports.status({ ...status, seeks });
      seeks = 0;
    },
    sought: () => {
      seeks += 1;
    },
    forget() {
      readiness = "";
      last = nothing;
    },
  };
}
