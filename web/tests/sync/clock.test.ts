import { expect, test } from "vitest";
import {
  addSample,
  BURST,
  beginBurst,
  type ClockState,
  contradicts,
  emptyClock,
  endBurst,
  mappedClock,
  nextAfterMs,
  offsetAt,
  sampleOf,
} from "@/sync/clock";

const sample = (offset_ms: number, round_trip_ms: number, at_ms: number) => ({
  offset_ms,
  round_trip_ms,
  at_ms,
});

function burst(clock: ClockState, offset_ms: number, from_ms: number, id = "a"): ClockState {
  let next = beginBurst(clock);
  for (let i = 0; i < BURST; i++)
    next = addSample(next, sample(offset_ms, 10 + i, from_ms + i), id);
  return next;
}

test("CLK5 the first samples of the first burst serve at once", () => {
  const clock = addSample(beginBurst(emptyClock), sample(500, 20, 0), "a");
  expect(offsetAt(clock, 0)).toEqual({ offset_ms: 500, uncertainty_ms: 10 });
  expect(mappedClock(clock)).toBe("a");
});

test("CLK7 no sample of the burst contradicts what is stated", () => {
  const clock = burst(emptyClock, 500, 0);
  expect(clock.burst).toBeNull();
  expect(offsetAt(clock, 7)?.uncertainty_ms).toBeCloseTo(5, 2);
});

test("CLK7 the uncertainty grows with age, by what two clocks may drift", () => {
  const clock = burst(emptyClock, 500, 0);
  expect(offsetAt(clock, 60_007)?.uncertainty_ms).toBeCloseTo(5 + 60 * 0.202, 1);
});

test("CLK4 a new clock is not used before its burst is done", () => {
  let clock = burst(emptyClock, 500, 0);
  for (let i = 0; i < BURST - 1; i++) clock = addSample(clock, sample(9000, 8, 100 + i), "b");
  expect(mappedClock(clock)).toBe("a");
  expect(offsetAt(clock, 100)?.offset_ms).toBeCloseTo(500, 6);
  clock = addSample(clock, sample(9000, 8, 200), "b");
  expect(mappedClock(clock)).toBe("b");
  expect(offsetAt(clock, 200)?.offset_ms).toBeCloseTo(9000, 6);
});

test("CLK4 a burst that lost answers counts when it ends", () => {
  const begun = addSample(beginBurst(burst(emptyClock, 500, 0)), sample(9000, 8, 100), "b");
  expect(offsetAt(endBurst(begun), 100)?.offset_ms).toBeCloseTo(9000, 6);
  expect(offsetAt(endBurst(beginBurst(begun)), 100)?.offset_ms).toBeCloseTo(500, 6);
});

test("CLK8 a jump of one's own clock is noticed, and the burst after it replaces the mapping", () => {
  const clock = burst(emptyClock, 500, 0);
  expect(contradicts(clock, sample(560, 10, 1000))).toBe(true);
  expect(contradicts(clock, sample(508, 10, 1000))).toBe(false);
  const after = burst(clock, 560, 1000);
  expect(offsetAt(after, 1010)?.offset_ms).toBeCloseTo(560, 6);
  expect(after.samples).toHaveLength(BURST);
});

/** Exchanges over a line with queues, with a client whose clock runs fast by `drift`. */
function follow(drift: number, way_ms: number, jitter_ms: number, minutes: number) {
  let seed = 7;
  const uniform = () => {
    seed = (seed * 1664525 + 1013904223) % 4294967296;
    return seed / 4294967296;
  };
  const way = () =>
    Math.max(0.2, way_ms + jitter_ms * (uniform() + uniform() + uniform() - 1.5) * 2);
  const truth = (own_ms: number) => 123_456 - own_ms * drift;
  let clock = beginBurst(emptyClock);
  const errors: number[] = [];
  let covered = 0;
  for (let at_ms = 0, count = 0; at_ms < minutes * 60_000; count++) {
    const there_ms = way();
    const back_ms = way();
    const server_ms = at_ms + there_ms + truth(at_ms + there_ms);
    const t3_ms = at_ms + there_ms + back_ms;
    clock = addSample(
      clock,
      sampleOf({ t0_ms: at_ms, t1_ms: server_ms, t2_ms: server_ms, t3_ms }),
      "a",
    );
    at_ms = t3_ms + (count < BURST ? 25 : nextAfterMs(clock, t3_ms));
    const known = offsetAt(clock, at_ms);
    const error = Math.abs((known?.offset_ms ?? 1e9) - truth(at_ms));
    if (count > 40) errors.push(error);
    if (error <= (known?.uncertainty_ms ?? 0)) covered += 1;
    if (at_ms >= minutes * 60_000) expect(covered / (count + 1)).toBeGreaterThan(0.99);
  }
  return errors.sort((a, b) => a - b)[Math.floor(errors.length * 0.95)] ?? 1e9;
}

test("CLK5 on a LAN the clock is known to half a millisecond", () => {
  expect(follow(0, 5, 2, 5)).toBeLessThan(0.5);
});

test("CLK5 30 ms of jitter leave less than 4 ms", () => {
  expect(follow(0, 60, 30, 5)).toBeLessThan(4);
});

test("CLK5 a clock that runs 200 ppm off is followed", () => {
  expect(follow(200e-6, 5, 2, 10)).toBeLessThan(0.6);
});
