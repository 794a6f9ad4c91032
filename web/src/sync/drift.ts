/**
 * How far a player is from where it should be, out of samples that are each a little wrong.
 * Pure; seconds of film. Held to `protocol/vectors/drift.json`.
 */

export interface ErrorSample {
  /** Own clock when the element's position was read. */
  at_ms: number;
  error_s: number;
  /** How far the element's rate was from the room's when the sample was taken. */
  trim: number;
}

export interface PresentError {
  error_s: number;
  /** Standard deviation of `error_s`. */
  noise_s: number;
  count: number;
}

/**
 * The error now, from samples of the last moments, oldest first: each carried forward by what the
 * trim has done since, the outer fifths left out, the rest averaged (SPEC DRV-6). Null without any.
 */
export function presentError(samples: readonly ErrorSample[], now_ms: number): PresentError | null {
  if (samples.length === 0) return null;
  const carried = carriedTo(samples, now_ms).sort((a, b) => a - b);
  const cut = Math.floor(carried.length / 5);
  const middle = carried.slice(cut, carried.length - cut);
  const error_s = middle.reduce((sum, each) => sum + each, 0) / middle.length;
  const spread = carried.reduce((sum, each) => sum + (each - error_s) ** 2, 0);
  const count = carried.length;
  const noise_s = count < 2 ? 0 : Math.sqrt(spread / (count - 1) / count);
  return { error_s, noise_s, count };
}

function carriedTo(samples: readonly ErrorSample[], now_ms: number): number[] {
  const carried: number[] = [];
  let moved_s = 0;
  let until = now_ms;
  for (let i = samples.length - 1; i >= 0; i--) {
    const each = samples[i] as ErrorSample;
    moved_s += (each.trim * Math.max(0, until - each.at_ms)) / 1000;
    until = each.at_ms;
    carried.push(each.error_s + moved_s);
  }
  return carried;
}

/** So many measurements are remembered. */
const KEPT = 5;

/**
 * What a duration is taken for, in seconds: the median of its last five measurements, the lower of
 * two in the middle, so that one that was disturbed counts for nothing (SPEC DRV-4).
 */
export function typical(measured_s: readonly number[]): number {
  const sorted = [...measured_s].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? 0;
}

/** The measurements to remember after another one, held within `[0, limit_s]`. */
export function remembered(past: readonly number[], measured_s: number, limit_s: number): number[] {
  return [...past, Math.min(Math.max(0, measured_s), limit_s)].slice(-KEPT);
}
