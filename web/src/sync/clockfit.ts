/**
 * A line through the samples of one clock: where the server's clock is, how sure that is, and when
 * to ask again (SPEC CLK-5 to CLK-7). Pure; held to `protocol/vectors/clock.json`.
 */
import type { Sample } from "./clock";

export interface Fit {
  /** Own clock at which `offset_ms`, `low_ms` and `high_ms` hold: the newest sample. */
  at_ms: number;
  offset_ms: number;
  /** Change of the offset per ms of own clock. */
  slope: number;
  /** Standard deviation of `offset_ms`, and of the slope, if the ways are alike on average. */
  deviation_ms: number;
  slope_deviation: number;
  /** No sample allows the offset to lie outside of these, whatever the ways were. */
  low_ms: number;
  high_ms: number;
}

/** Two quartz clocks differ by this much, give or take, before anything is known of them. */
const SLOPE_PRIOR = 40e-6;
/** No clock is as bad as this; and so many samples are needed to believe any of it. */
const SLOPE_MAX = 500e-6;
const CLEAR_FROM = 12;
/** Fewer samples don't tell how rough they are: what slope they say is as much less sure. */
const FEW_ROUGHER = 3;
/** What a slope may be wrong by, in deviations, and what it wanders by besides. */
const SLOPE_DOUBT = 5;
const SLOPE_WANDERS = 2e-6;
/** Samples lose weight with age: slopes change with the temperature. */
const AGE_MS = 300_000;
/** How much alike direct and roundabout samples may be: what is tried. */
const ALIKE = [1, 2, 4, 8] as const;
/** With smaller detours it is not asked: what is left is mostly queues, and those lean one way. */
const NOISY_MS = 5;
/** Samples that took so much longer than is usual are left out: something was sent again. */
const FAR = 2.5;
/** No sample is better than the clocks' own reading of the time. */
const FLOOR_MS = 0.1;

/** The line through these samples, oldest first; null without any. */
export function fitOf(samples: readonly Sample[]): Fit | null {
  const last = samples[samples.length - 1];
  if (last === undefined) return null;
  const { at_ms } = last;
  const shortest = Math.min(...samples.map((each) => each.round_trip_ms));
  const { total, middle_ms, mean_ms, along, across, rough } = lineOf(samples, shortest);
  const held = rough * (samples.length < CLEAR_FROM ? FEW_ROUGHER ** 2 : 1);
  const { slope, slope_deviation } = slopeOf(across / held, along / held, samples.length);
  const line_ms = mean_ms + slope * (at_ms - middle_ms);
  const deviation_ms = Math.hypot(Math.sqrt(rough / total), slope_deviation * (at_ms - middle_ms));
  const { low_ms, high_ms } = bounds(samples, at_ms, slope, drifts(slope, slope_deviation));
  const offset_ms = low_ms <= high_ms ? clamp(line_ms, low_ms, high_ms) : line_ms;
  const fair = low_ms <= high_ms ? { low_ms, high_ms } : around(offset_ms, shortest / 2);
  return { at_ms, offset_ms, slope, deviation_ms, slope_deviation, ...fair };
}

/** Weighted sums about the middle of the samples, and how rough the samples lie about it. */
interface Line {
  total: number;
  middle_ms: number;
  mean_ms: number;
  along: number;
  across: number;
  rough: number;
  likelihood: number;
}

/**
 * The line whose weights make these samples likeliest. Where queues make the noise, the direct
 * samples are right; where both ways vary by themselves, a short round trip says nothing, and all
 * samples are alike. The samples tell which it is.
 */
function lineOf(samples: readonly Sample[], shortest: number): Line {
  const excess = samples.map((each) => (each.round_trip_ms - shortest) / 2);
  const median_ms = median(excess);
  const usual_ms = Math.max(FLOOR_MS, median_ms / 2);
  if (samples.length < CLEAR_FROM) return weighted(samples, excess, usual_ms);
  const far_ms = Math.max(FLOOR_MS, FAR * median_ms);
  const near = samples.filter((_, i) => (excess[i] as number) <= far_ms);
  const over = excess.filter((each) => each <= far_ms);
  const tried = median_ms > NOISY_MS ? ALIKE : ALIKE.slice(0, 1);
  return tried
    .map((alike) => weighted(near, over, usual_ms * alike))
    .reduce((best, each) => (each.likelihood > best.likelihood ? each : best));
}

function weighted(samples: readonly Sample[], excess: readonly number[], usual_ms: number): Line {
  const at_ms = samples[samples.length - 1]?.at_ms ?? 0;
  const count = samples.length;
  const variances = excess.map((over_ms) => usual_ms ** 2 + over_ms ** 2);
  const weights = samples.map(
    (each, i) => Math.exp((each.at_ms - at_ms) / AGE_MS) / (variances[i] as number),
  );
  const total = sum(weights);
  const middle_ms = sum(samples.map((each, i) => (weights[i] as number) * each.at_ms)) / total;
  const mean_ms = sum(samples.map((each, i) => (weights[i] as number) * each.offset_ms)) / total;
  let along = 0;
  let across = 0;
  let about = 0;
  samples.forEach((each, i) => {
    const weight = weights[i] as number;
    const x = each.at_ms - middle_ms;
    const y = each.offset_ms - mean_ms;
    along += weight * x * x;
    across += weight * x * y;
    about += weight * y * y;
  });
  const left = (about - (along > 0 ? across ** 2 / along : 0)) / Math.max(1, count - 2);
  const least = count < CLEAR_FROM ? 1 : (FLOOR_MS / usual_ms) ** 2;
  const rough = Math.max(least, left);
  const likelihood = -count * Math.log(rough) - sum(variances.map(Math.log));
  return { total, middle_ms, mean_ms, along, across, rough, likelihood };
}

/**
 * The slope that the samples say, held back towards none by how well they say it: a short window
 * invents drift. One that stands clearly out of its own doubt is believed, as far as clocks go.
 */
function slopeOf(across: number, along: number, count: number) {
  const said = along > 0 ? across / along : 0;
  const possible = Math.min(said ** 2, SLOPE_MAX ** 2);
  const clear = along > 0 && count >= CLEAR_FROM ? Math.max(0, possible - 9 / along) : 0;
  const certainty = along + 1 / (SLOPE_PRIOR ** 2 + clear);
  const slope = clamp(across / certainty, -SLOPE_MAX, SLOPE_MAX);
  return { slope, slope_deviation: count < CLEAR_FROM ? SLOPE_PRIOR : Math.sqrt(1 / certainty) };
}

/** The offset at own time `now_ms`, and how far the truth may be from it at most (SPEC CLK-2). */
export function offsetOf(fit: Fit, now_ms: number): { offset_ms: number; uncertainty_ms: number } {
  const ahead_ms = Math.max(0, now_ms - fit.at_ms);
  const offset_ms = fit.offset_ms + fit.slope * ahead_ms;
  const room_ms = Math.max(fit.offset_ms - fit.low_ms, fit.high_ms - fit.offset_ms);
  return { offset_ms, uncertainty_ms: room_ms + drifts(fit.slope, fit.slope_deviation) * ahead_ms };
}

/** How unsure the offset will be at `now_ms`, one standard deviation. */
export function deviationAt(fit: Fit, now_ms: number): number {
  return Math.hypot(fit.deviation_ms, fit.slope_deviation * Math.max(0, now_ms - fit.at_ms));
}

/** What every sample by itself allows: its offset give or take half its round trip, aged. */
function bounds(samples: readonly Sample[], at_ms: number, slope: number, drift: number) {
  let low_ms = Number.NEGATIVE_INFINITY;
  let high_ms = Number.POSITIVE_INFINITY;
  for (const each of samples) {
    const age_ms = at_ms - each.at_ms;
    const now_ms = each.offset_ms + slope * age_ms;
    const room_ms = each.round_trip_ms / 2 + drift * age_ms;
    low_ms = Math.max(low_ms, now_ms - room_ms);
    high_ms = Math.min(high_ms, now_ms + room_ms);
  }
  return { low_ms, high_ms };
}

function drifts(slope: number, slope_deviation: number): number {
  const steeper = Math.max(0, Math.abs(slope) - SLOPE_PRIOR);
  return SLOPE_DOUBT * slope_deviation + SLOPE_WANDERS + steeper;
}

function around(middle_ms: number, room_ms: number) {
  return { low_ms: middle_ms - room_ms, high_ms: middle_ms + room_ms };
}

function median(values: readonly number[]): number {
  const ordered = [...values].sort((a, b) => a - b);
  return ordered[Math.floor(ordered.length / 2)] ?? 0;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, each) => total + each, 0);
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}
