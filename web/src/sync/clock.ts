/**
 * The server's clock as seen from here: offset = server clock − own clock (SPEC CLK).
 * Pure: time comes in with the samples. Sending the pings belongs to `room/clocksync.ts`.
 */
import { deviationAt, type Fit, fitOf, offsetOf } from "./clockfit";

export interface Exchange {
  t0_ms: number;
  t1_ms: number;
  t2_ms: number;
  t3_ms: number;
}

export interface Sample {
  offset_ms: number;
  round_trip_ms: number;
  /** Own clock when the answer arrived. */
  at_ms: number;
}

export interface Offset {
  offset_ms: number;
  /** The truth lies within ± this (SPEC CLK-2). */
  uncertainty_ms: number;
}

export interface ClockState {
  clock_id: string | null;
  samples: readonly Sample[];
  fit: Fit | null;
  /** A burst under way; its samples replace or join the others once it is complete. */
  burst: { clock_id: string | null; samples: readonly Sample[] } | null;
  /** Own clock at the first sample of this mapping. */
  since_ms: number;
}

export const BURST = 8;
const KEEP_MS = 600_000;
/** Right after a burst it is asked this often, for so long (SPEC CLK-6). */
const SOON = { every_ms: 62.5, for_ms: 10_000 };
const INTERVALS_MS = [10_000, 5_000, 2_000, 1_000, 500] as const;
const GOOD_ENOUGH_MS = 0.1;
/** As long as the offset is known no better than this it is asked more often still. */
const POOR = { above_ms: 1, every_ms: 250 };
const JUMP_MS = 5;

export const emptyClock: ClockState = {
  clock_id: null,
  samples: [],
  fit: null,
  burst: null,
  since_ms: 0,
};

/** One exchange read as an offset and a round trip (SPEC CLK-1). */
export function sampleOf({ t0_ms, t1_ms, t2_ms, t3_ms }: Exchange): Sample {
  return {
    offset_ms: (t1_ms - t0_ms + (t2_ms - t3_ms)) / 2,
    round_trip_ms: Math.max(0, t3_ms - t0_ms - (t2_ms - t1_ms)),
    at_ms: t3_ms,
  };
}

/** A new burst begins: at join, after a reconnection, or when a sample contradicts the mapping. */
export function beginBurst(clock: ClockState): ClockState {
  return { ...clock, burst: { clock_id: null, samples: [] } };
}

/** Takes one sample in. A change of `clock_id` starts the exchange afresh (SPEC CLK-4). */
export function addSample(clock: ClockState, sample: Sample, clock_id: string): ClockState {
  if (clock.burst === null && clock.clock_id === clock_id) {
    return mapped(clock, clock_id, [...clock.samples, sample]);
  }
  const under_way = clock.burst?.clock_id === clock_id ? clock.burst.samples : [];
  const next = { ...clock, burst: { clock_id, samples: [...under_way, sample] } };
  return next.burst.samples.length >= BURST ? endBurst(next) : next;
}

/** The burst is over, complete or not: its samples count from now on. */
export function endBurst(clock: ClockState): ClockState {
  const { burst } = clock;
  const last = burst?.samples[burst.samples.length - 1];
  if (!burst?.clock_id || last === undefined) return { ...clock, burst: null };
  const goes_on =
    burst.clock_id === clock.clock_id && !burst.samples.some((each) => contradicts(clock, each));
  const samples = goes_on ? [...clock.samples, ...burst.samples] : burst.samples;
  const since_ms = goes_on ? clock.since_ms : (burst.samples[0]?.at_ms ?? 0);
  return mapped({ ...clock, burst: null, since_ms }, burst.clock_id, samples);
}

function mapped(clock: ClockState, clock_id: string, samples: readonly Sample[]): ClockState {
  const now_ms = samples[samples.length - 1]?.at_ms ?? 0;
  const kept = samples.filter((each) => now_ms - each.at_ms <= KEEP_MS);
  return { ...clock, clock_id, samples: kept, fit: fitOf(kept) };
}

/** True when a sample cannot be right together with the mapping: one of the clocks has jumped. */
export function contradicts(clock: ClockState, sample: Sample): boolean {
  if (clock.fit === null) return false;
  const known = offsetOf(clock.fit, sample.at_ms);
  const apart = Math.abs(known.offset_ms - sample.offset_ms);
  return apart > known.uncertainty_ms + sample.round_trip_ms / 2 + JUMP_MS;
}

/**
 * The offset at own time `now_ms`, or null while nothing is known. During the very first burst
 * what has come of it serves.
 */
export function offsetAt(clock: ClockState, now_ms: number): Offset | null {
  const fit = clock.fit ?? fitOf(clock.burst?.samples ?? []);
  return fit && offsetOf(fit, now_ms);
}

/** How long to wait for the next exchange: until the offset would be known too badly (CLK-6). */
export function nextAfterMs(clock: ClockState, now_ms: number): number {
  const { fit } = clock;
  if (fit === null) return SOON.every_ms;
  const good = (wait_ms: number) => deviationAt(fit, now_ms + wait_ms) <= GOOD_ENOUGH_MS;
  if (now_ms - clock.since_ms < SOON.for_ms) return good(0) ? 2 * SOON.every_ms : SOON.every_ms;
  if (deviationAt(fit, now_ms) > POOR.above_ms) return POOR.every_ms;
  return INTERVALS_MS.find(good) ?? INTERVALS_MS[INTERVALS_MS.length - 1] ?? SOON.every_ms;
}

/** The clock the current mapping is for; null before the first sample. */
export function mappedClock(clock: ClockState): string | null {
  return clock.fit !== null ? clock.clock_id : (clock.burst?.clock_id ?? null);
}
