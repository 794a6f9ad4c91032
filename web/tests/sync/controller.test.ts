import { expect, test } from "vitest";
import { atRest, type ControlInput, control } from "@/sync/controller";

const input: ControlInput = {
  error_s: 0,
  noise_s: 0.0001,
  expected_s: 100,
  room_rate: 1,
  since_start_s: 0,
  elapsed_s: 0.125,
  target_buffered: true,
  can_jump: false,
  since_seek_s: null,
  seek_cost_s: 0,
  actuation: "fine",
};

/** A player that follows its rate, and whose own clock runs by `drift` too fast. */
function simulate(error_s: number, seconds: number, drift = 0) {
  let state = atRest;
  const errors: number[] = [];
  const rates: number[] = [];
  for (let t = 0; t < seconds; t += input.elapsed_s) {
    const got = control(state, { ...input, error_s, since_start_s: t });
    state = got.state;
    expect(got.action.kind).toBe("rate");
    error_s += (got.action.rate - 1 + drift) * input.elapsed_s;
    errors.push(Math.abs(error_s));
    rates.push(Math.abs(got.action.rate - 1));
  }
  return { errors, rates, state };
}

test("DRV8 25 ms off at a start is within 8 ms in half a second, and stays", () => {
  const { errors } = simulate(-0.025, 30);
  expect(Math.max(...errors.slice(4))).toBeLessThan(0.008);
  expect(Math.max(...errors.slice(16))).toBeLessThanOrEqual(0.0021);
});

test("DRV8 200 ms off is caught up with, without a seek", () => {
  const { errors } = simulate(0.2, 20);
  expect(Math.max(...errors.slice(-40))).toBeLessThanOrEqual(0.0021);
});

test("DRV8 a sound device that runs 100 ppm fast ends in rest, within the band", () => {
  const { errors, rates, state } = simulate(0, 600, 100e-6);
  expect(Math.max(...errors)).toBeLessThan(0.0026);
  expect(state.integral).toBeCloseTo(-100e-6, 4);
  const off = rates.slice(-800).filter((rate) => rate > 0.001).length;
  expect(off / 800).toBeLessThanOrEqual(0.01);
});
