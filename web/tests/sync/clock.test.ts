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
  offsetAt,
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

test("CLK3 the first samples of the first burst serve at once", () => {
  const clock = addSample(beginBurst(emptyClock), sample(500, 20, 0), "a");
  expect(offsetAt(clock, 0)).toEqual({ offset_ms: 500, uncertainty_ms: 10 });
  expect(mappedClock(clock)).toBe("a");
});

test("CLK3 the smallest round trip of the burst wins", () => {
  const clock = burst(emptyClock, 500, 0);
  expect(clock.burst).toBeNull();
  expect(offsetAt(clock, 7)?.uncertainty_ms).toBeCloseTo(5, 2);
});

test("CLK2 the uncertainty grows with the age of the best sample", () => {
  const clock = burst(emptyClock, 500, 0);
  expect(offsetAt(clock, 60_000)?.uncertainty_ms).toBeCloseTo(5 + 3, 1);
});

test("CLK4 a new clock is not used before its burst is done", () => {
  let clock = burst(emptyClock, 500, 0);
  for (let i = 0; i < BURST - 1; i++) clock = addSample(clock, sample(9000, 8, 100 + i), "b");
  expect(mappedClock(clock)).toBe("a");
  expect(offsetAt(clock, 100)?.offset_ms).toBe(500);
  clock = addSample(clock, sample(9000, 8, 200), "b");
  expect(mappedClock(clock)).toBe("b");
  expect(offsetAt(clock, 200)?.offset_ms).toBe(9000);
});

test("CLK4 a burst that lost answers counts when it ends", () => {
  const begun = addSample(beginBurst(burst(emptyClock, 500, 0)), sample(9000, 8, 100), "b");
  expect(offsetAt(endBurst(begun), 100)?.offset_ms).toBe(9000);
  expect(offsetAt(endBurst(beginBurst(begun)), 100)?.offset_ms).toBe(500);
});

test("a jump of one's own clock is noticed, and the burst after it replaces the mapping", () => {
  const clock = burst(emptyClock, 500, 0);
  expect(contradicts(clock, sample(560, 10, 1000))).toBe(true);
  expect(contradicts(clock, sample(508, 10, 1000))).toBe(false);
  const after = burst(clock, 560, 1000);
  expect(offsetAt(after, 1010)?.offset_ms).toBe(560);
  expect(after.samples).toHaveLength(BURST);
});

test("a line through minutes of samples follows the drift of the clocks", () => {
  let clock = burst(emptyClock, 500, 0);
  const ppm = 40e-6;
  for (let at = 10_000; at <= 300_000; at += 10_000) {
    const queue_ms = at % 30_000 === 0 ? 30 : 0;
    clock = addSample(clock, sample(500 + at * ppm + queue_ms / 2, 10 + queue_ms, at), "a");
  }
  expect(offsetAt(clock, 305_000)?.offset_ms).toBeCloseTo(500 + 305_000 * ppm, 0);
});
