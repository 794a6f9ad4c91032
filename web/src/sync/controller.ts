/**
 * Keeps one player on the room's timeline: an error goes in, a rate or a seek comes out (SPEC DRV).
 * Pure; held to `protocol/vectors/controller.json`. Only `features/player/driver.ts` acts on it.
 */

export interface ControlInput {
  /** Element position − expected position, positive = ahead (SPEC DRV-1). */
  error_s: number;
  expected_s: number;
  room_rate: number;
  since_start_s: number;
  target_buffered: boolean;
  /** Seconds since the last corrective seek; null when there was none since the timeline changed. */
  since_seek_s: number | null;
  /** Learned time between asking for a seek and a moving picture. */
  seek_cost_s: number;
}

export type ControlAction =
  | { kind: "rate"; rate: number }
  | { kind: "seek"; position_s: number; rate: number };

const DEAD_BAND_S = 0.008;
const FAST_BEYOND_S = 0.06;
const FAST_AFTER_START_S = 3;
const GENTLE = { over_s: 2, limit: 0.005 };
const FAST = { over_s: 0.5, limit: 0.05 };
const SEEK_BEYOND_S = 1.5;
const SEEK_EVERY_S = 10;

/** What to do about an error now (SPEC DRV-2, DRV-3). */
export function control(input: ControlInput): ControlAction {
  const off = Math.abs(input.error_s);
  const lost = off > SEEK_BEYOND_S || !input.target_buffered;
  if (lost && (input.since_seek_s === null || input.since_seek_s >= SEEK_EVERY_S)) {
    const position_s = input.expected_s + input.seek_cost_s * input.room_rate;
    return { kind: "seek", position_s, rate: input.room_rate };
  }
  if (off <= DEAD_BAND_S) return { kind: "rate", rate: input.room_rate };
  const hurried = input.since_start_s < FAST_AFTER_START_S || off > FAST_BEYOND_S;
  const { over_s, limit } = hurried ? FAST : GENTLE;
  const trim = Math.min(Math.max(-input.error_s / over_s, -limit), limit);
  return { kind: "rate", rate: input.room_rate * (1 + trim) };
}

export interface ErrorSample {
  at_ms: number;
  error_s: number;
  /** How far the element's rate was from the room's when the sample was taken. */
  trim: number;
}

/**
 * The error now, from samples of the last moments: each carried forward by what the trim has done
 * since, the outer fifths left out, the rest averaged. Null without samples.
 */
export function presentError(samples: readonly ErrorSample[], now_ms: number): number | null {
  if (samples.length === 0) return null;
  const carried: number[] = [];
  let ahead_s = 0;
  let until = now_ms;
  for (let i = samples.length - 1; i >= 0; i--) {
    const each = samples[i] as ErrorSample;
    ahead_s += (each.trim * Math.max(0, until - each.at_ms)) / 1000;
    until = each.at_ms;
    carried.push(each.error_s + ahead_s);
  }
  carried.sort((a, b) => a - b);
  const cut = Math.floor(carried.length / 5);
  const middle = carried.slice(cut, carried.length - cut);
  return middle.reduce((sum, each) => sum + each, 0) / middle.length;
}

/** A learned duration moves a fifth of the way to each new measurement, within `[0, limit_s]`. */
export function learned(known_s: number, measured_s: number, limit_s: number): number {
  const measured = Math.min(Math.max(0, measured_s), limit_s);
  return known_s + 0.2 * (measured - known_s);
}
