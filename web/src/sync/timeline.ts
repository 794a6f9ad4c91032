/**
 * Where the film is at a server time, and which of two timelines is the newer one.
 * Pure; held to `protocol/vectors/timeline.json` together with the server's own version.
 */

export interface Playhead {
  state: "idle" | "paused" | "waiting" | "playing";
  position_s: number;
  rate: number;
  as_of_ms: number;
  duration_s: number;
}

export interface Version {
  epoch: number;
  revision: number;
}

/** Position in seconds of film at server time `at_ms` (SPEC PB-3). */
export function positionAt(head: Playhead, at_ms: number): number {
  if (head.state !== "playing") return head.position_s;
  const moved_s = (head.rate * Math.max(0, at_ms - head.as_of_ms)) / 1000;
  return Math.min(Math.max(0, head.position_s + moved_s), head.duration_s);
}

/** True when `a` replaces `b` (SPEC PB-5): compared by epoch, then by revision. */
export function isNewer(a: Version, b: Version | null): boolean {
  if (b === null) return true;
  return a.epoch !== b.epoch ? a.epoch > b.epoch : a.revision > b.revision;
}
