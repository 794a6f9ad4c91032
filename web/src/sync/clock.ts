/**
 * The server's clock as seen from here: offset = server clock − own clock (SPEC CLK).
 * Pure: time comes in with the samples. Sending the pings belongs to `room/connection.ts`.
 */

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
  /** A burst under way; its samples replace or join the others once it is complete. */
  burst: { clock_id: string | null; samples: readonly Sample[] } | null;
}

export const BURST = 8;
const KEEP_MS = 600_000;
/** Two ordinary quartz clocks differ by less than this. */
const AGEING = 50e-6;
const MIN_SPAN_MS = 120_000;
const MIN_SAMPLES = 12;
const MAX_SLOPE = 500e-6;

export const emptyClock: ClockState = { clock_id: null, samples: [], burst: null };

/** One exchange read as an offset and a round trip (SPEC CLK-1). */
export function sampleOf({ t0_ms, t1_ms, t2_ms, t3_ms }: Exchange): Sample {
  return {
    offset_ms: (t1_ms - t0_ms + (t2_ms - t3_ms)) / 2,
    round_trip_ms: Math.max(0, t3_ms - t0_ms - (t2_ms - t1_ms)),
    at_ms: t3_ms,
  };
}

/** The sample with the smallest round trip, the earliest of equals (SPEC CLK-3). */
export function bestOf(samples: readonly Sample[]): Sample | null {
  return samples.reduce<Sample | null>(
    (best, each) => (best === null || each.round_trip_ms < best.round_trip_ms ? each : best),
    null,
  );
}

/** A new burst begins: at join, after a reconnection, or when a sample contradicts the mapping. */
export function beginBurst(clock: ClockState): ClockState {
  return { ...clock, burst: { clock_id: null, samples: [] } };
}

/** Takes one sample in. A change of `clock_id` starts the exchange afresh (SPEC CLK-4). */
export function addSample(clock: ClockState, sample: Sample, clock_id: string): ClockState {
  if (clock.burst === null && clock.clock_id === clock_id) {
    return { ...clock, samples: kept([...clock.samples, sample], sample.at_ms) };
  }
  const under_way = clock.burst?.clock_id === clock_id ? clock.burst.samples : [];
  const next = { ...clock, burst: { clock_id, samples: [...under_way, sample] } };
  return next.burst.samples.length >= BURST ? endBurst(next) : next;
}

/** The burst is over, complete or not: its samples count from now on. */
export function endBurst(clock: ClockState): ClockState {
  const { burst } = clock;
  const best = bestOf(burst?.samples ?? []);
  if (burst === null || best === null) return { ...clock, burst: null };
  const goes_on = burst.clock_id === clock.clock_id && !contradicts(clock, best);
  const samples = goes_on ? [...clock.samples, ...burst.samples] : burst.samples;
  return { clock_id: burst.clock_id, samples: kept(samples, best.at_ms), burst: null };
}

/** True when a sample cannot be right together with the mapping: one of the clocks has jumped. */
export function contradicts(clock: ClockState, sample: Sample): boolean {
  const known = offsetAt(clock, sample.at_ms);
  if (known === null) return false;
  const apart = Math.abs(known.offset_ms - sample.offset_ms);
  return apart > known.uncertainty_ms + sample.round_trip_ms / 2 + 5;
}

/**
 * The offset at own time `now_ms`, or null while nothing is known. During the very first burst
 * the best sample so far serves; later a line through minutes of samples follows the drift.
 */
export function offsetAt(clock: ClockState, now_ms: number): Offset | null {
  const samples = clock.samples.length > 0 ? clock.samples : (clock.burst?.samples ?? []);
  const best = surest(samples, now_ms);
  if (best === null) return null;
  const bound = doubt(best, now_ms);
  const line = lineAt(samples, now_ms);
  const offset_ms =
    line === null
      ? best.offset_ms
      : Math.min(Math.max(line, best.offset_ms - bound), best.offset_ms + bound);
  return { offset_ms, uncertainty_ms: bound };
}

/** The clock the current mapping is for; null before the first sample. */
export function mappedClock(clock: ClockState): string | null {
  return clock.samples.length > 0 ? clock.clock_id : (clock.burst?.clock_id ?? null);
}

function kept(samples: readonly Sample[], now_ms: number): Sample[] {
  return samples.filter((each) => now_ms - each.at_ms <= KEEP_MS);
}

function doubt(sample: Sample, now_ms: number): number {
  return sample.round_trip_ms / 2 + Math.max(0, now_ms - sample.at_ms) * AGEING;
}

function surest(samples: readonly Sample[], now_ms: number): Sample | null {
  return samples.reduce<Sample | null>(
    (best, each) => (best === null || doubt(each, now_ms) < doubt(best, now_ms) ? each : best),
    null,
  );
}

/** A line through the quicker half of the samples, or null while the window is too short for one. */
function lineAt(samples: readonly Sample[], now_ms: number): number | null {
  const first = samples[0];
  const last = samples[samples.length - 1];
  if (!first || !last || samples.length < MIN_SAMPLES) return null;
  if (last.at_ms - first.at_ms < MIN_SPAN_MS) return null;
  const quick = [...samples]
    .sort((a, b) => a.round_trip_ms - b.round_trip_ms)
    .slice(0, Math.ceil(samples.length / 2));
  let weight = 0;
  let at = 0;
  let offset = 0;
  for (const each of quick) {
    const w = 1 / (each.round_trip_ms / 2 + 0.5) ** 2;
    weight += w;
    at += w * (each.at_ms - first.at_ms);
    offset += w * (each.offset_ms - first.offset_ms);
  }
  at /= weight;
  offset /= weight;
  let along = 0;
  let across = 0;
  for (const each of quick) {
    const w = 1 / (each.round_trip_ms / 2 + 0.5) ** 2;
    const x = each.at_ms - first.at_ms - at;
    along += w * x * x;
    across += w * x * (each.offset_ms - first.offset_ms - offset);
  }
  const slope = along > 0 ? Math.min(Math.max(across / along, -MAX_SLOPE), MAX_SLOPE) : 0;
  return first.offset_ms + offset + slope * (now_ms - first.at_ms - at);
}
