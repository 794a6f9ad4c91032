/**
 * One video element in seconds of film: what its own clock shows is moved by the content offset of
 * its source (SPEC DRV-7). The only file that touches the element; it decides nothing.
 */

import { START_S } from "./pace";
import { aheadOf, holds, listed } from "./ranges";
import type { Source } from "./source";

/** Position and own clock, read at the same moment. */
export interface Reading {
  at_s: number;
  at_ms: number;
}

export type Element = ReturnType<typeof createElement>;

/** Seeking to the very end would end the film on some players. */
const BEFORE_END_S = 0.01;
/**
 * Nearer to 1 than this the pitch goes with the speed: such a rate is followed exactly and at once,
 * where keeping the pitch ignores small ones, and turning it on or off jumps by some 40 ms.
 */
const UNHEARD = 0.03;
/**
 * So long after its last sound a sound device has come to rest: Chromium's stops then, and begins
 * a start 30 ms sooner than one that goes on in silence.
 */
const RESTS_MS = 10_000;

export function createElement(video: HTMLVideoElement, own: () => number) {
  let source: Source | null = null;
  let sounded_at = Number.POSITIVE_INFINITY;
  const offset_s = () => source?.content_offset_s() ?? 0;

  return {
    /** First in its task: the element keeps one position for the whole of a task. */
    read(): Reading {
      const at_s = video.currentTime;
      const at_ms = own();
      if (!video.paused && !video.muted) sounded_at = at_ms;
      return { at_s: at_s - offset_s(), at_ms };
    },
    use(next: Source | null) {
      source = next;
    },
    hidden: () => document.hidden,
    paused: () => video.paused,
    ended: () => video.ended,
    seeking: () => video.seeking,
    /** Enough is decoded to go on from here. */
    canGoOn: () => video.readyState >= 3,
    hasLength: () => video.readyState >= 1,
    rate: () => video.playbackRate,
    /** Of start: each has a cost of its own. */
    kind: () => {
      if (source?.has_sound() === false) return "silent" as const;
      if (video.muted) return "muted" as const;
      const rested = video.paused && own() - sounded_at > RESTS_MS;
      return rested ? ("rested" as const) : ("audible" as const);
    },
    /** Seconds of film that the source has; without end before it is known. */
    length: () =>
      Number.isFinite(video.duration) ? video.duration - offset_s() : Number.POSITIVE_INFINITY,
    holds: (position_s: number) => holds(video.buffered, position_s + offset_s()),
    ahead: () => aheadOf(video.buffered, video.currentTime),
    /** Seconds ahead that a start needs. */
    needed: () => source?.start_s() ?? START_S,
    ranges: () => listed(video.buffered),

    seek(position_s: number, length_s: number) {
      const last_s = Math.max(0, length_s - BEFORE_END_S);
      video.currentTime = Math.max(0, Math.min(Math.max(0, position_s), last_s) + offset_s());
    },
    play: () => video.play(),
    pause() {
      if (!video.paused) video.pause();
    },
    setRate(rate: number, room_rate: number) {
      const keep_pitch = Math.abs(room_rate - 1) > UNHEARD;
      if (video.preservesPitch !== keep_pitch) video.preservesPitch = keep_pitch;
      if (Math.abs(video.playbackRate - rate) >= 1e-6) video.playbackRate = rate;
    },
  };
}
