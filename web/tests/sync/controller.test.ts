import { expect, test } from "vitest";
import { control, type ErrorSample, learned, presentError } from "@/sync/controller";

test("presentError carries each sample forward by what the trim has done since", () => {
  const samples: ErrorSample[] = [
    { at_ms: 0, error_s: -0.05, trim: 0.05 },
    { at_ms: 500, error_s: -0.025, trim: 0.05 },
  ];
  expect(presentError(samples, 1000)).toBeCloseTo(0, 9);
});

test("presentError leaves the outer fifths out", () => {
  const samples = [0.001, 0.001, 0.001, 0.001, 0.5].map((error_s, i) => ({
    at_ms: i,
    error_s,
    trim: 0,
  }));
  expect(presentError(samples, 10)).toBeCloseTo(0.001, 9);
  expect(presentError([], 10)).toBeNull();
});

test("learned moves a fifth of the way and stays within its limit", () => {
  expect(learned(0.1, 0.2, 1)).toBeCloseTo(0.12);
  expect(learned(0.1, 99, 0.5)).toBeCloseTo(0.18);
  expect(learned(0.1, -1, 0.5)).toBeCloseTo(0.08);
});

test("DRV2 a simulated player comes within the dead band and stays there, without a seek", () => {
  let error_s = -0.2;
  let since_start_s = 0;
  const step_s = 0.25;
  for (let i = 0; i < 200; i++) {
    const action = control({
      error_s,
      expected_s: 100,
      room_rate: 1,
      since_start_s,
      target_buffered: true,
      since_seek_s: null,
      seek_cost_s: 0,
    });
    expect(action.kind).toBe("rate");
    error_s += (action.rate - 1) * step_s;
    since_start_s += step_s;
    if (i > 80) expect(Math.abs(error_s)).toBeLessThanOrEqual(0.0081);
  }
});
