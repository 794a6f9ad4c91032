import { describe, expect, test } from "vitest";
import { type ActuationState, obedient, watched } from "@/sync/actuation";
import {
  addSample,
  beginBurst,
  type Exchange,
  emptyClock,
  nextAfterMs,
  type Sample,
  sampleOf,
} from "@/sync/clock";
import { deviationAt, fitOf, offsetOf } from "@/sync/clockfit";
import {
  type ControlAction,
  type ControlInput,
  type ControlState,
  control,
} from "@/sync/controller";
import { presentError, remembered, typical } from "@/sync/drift";
import { isNewer, type Playhead, positionAt, type Version } from "@/sync/timeline";
import { vectors } from "../support/vectors";

interface Named {
  name: string;
}

type Row = [number, number, number];

const sample = ([offset_ms, round_trip_ms, at_ms]: Row): Sample => ({
  offset_ms,
  round_trip_ms,
  at_ms,
});

describe("timeline.json", () => {
  const { position, newer } = vectors<{
    position: (Named & { timeline: Playhead; at_ms: number; position_s: number })[];
    newer: (Named & { a: Version; b: Version | null; newer: boolean })[];
  }>("timeline");
  test.each(position)("$name", ({ timeline, at_ms, position_s }) => {
    expect(positionAt(timeline, at_ms)).toBeCloseTo(position_s, 9);
  });
  test.each(newer)("$name", ({ a, b, newer: expected }) => {
    expect(isNewer(a, b)).toBe(expected);
  });
});

describe("clock.json", () => {
  const { exchange, fit, wait } = vectors<{
    exchange: (Named & Exchange & { offset_ms: number; round_trip_ms: number })[];
    fit: (Named & {
      samples: Row[];
      now_ms: number;
      offset_ms: number;
      uncertainty_ms: number;
      slope: number;
      deviation_ms: number;
    })[];
    wait: (Named & { samples: Row[]; now_ms: number; wait_ms: number })[];
  }>("clock");
  test.each(exchange)("$name", ({ offset_ms, round_trip_ms, ...times }) => {
    const read = sampleOf(times);
    expect(read.offset_ms).toBeCloseTo(offset_ms, 9);
    expect(read.round_trip_ms).toBeCloseTo(round_trip_ms, 9);
  });
  test.each(fit)("$name", (given) => {
    const line = fitOf(given.samples.map(sample));
    if (line === null) throw new Error("no line");
    const { offset_ms, uncertainty_ms } = offsetOf(line, given.now_ms);
    expect(offset_ms).toBeCloseTo(given.offset_ms, 5);
    expect(uncertainty_ms).toBeCloseTo(given.uncertainty_ms, 6);
    expect(line.slope).toBeCloseTo(given.slope, 9);
    expect(deviationAt(line, given.now_ms)).toBeCloseTo(given.deviation_ms, 6);
  });
  test.each(wait)("$name", ({ samples, now_ms, wait_ms }) => {
    const add = (clock: typeof emptyClock, row: Row) => addSample(clock, sample(row), "a");
    const clock = samples.reduce(add, beginBurst(emptyClock));
    expect(nextAfterMs(clock, now_ms)).toBe(wait_ms);
  });
});

describe("controller.json", () => {
  const cases = vectors<{
    control: (Named & {
      state: ControlState;
      steps: {
        input: ControlInput;
        mode: ControlState["mode"];
        integral: number;
        action: ControlAction;
      }[];
    })[];
  }>("controller");
  test.each(cases.control)("$name", ({ state: first, steps }) => {
    let state = first;
    for (const step of steps) {
      const got = control(state, step.input);
      state = got.state;
      expect(state.mode).toBe(step.mode);
      expect(state.integral).toBeCloseTo(step.integral, 9);
      expect(got.action.kind).toBe(step.action.kind);
      expect(got.action.rate).toBeCloseTo(step.action.rate, 9);
      if (got.action.kind === "seek" && step.action.kind === "seek") {
        expect(got.action.position_s).toBeCloseTo(step.action.position_s, 9);
      }
    }
  });
});

describe("drift.json", () => {
  const cases = vectors<{
    present: (Named & {
      samples: Row[];
      now_ms: number;
      error_s: number | null;
      noise_s: number | null;
    })[];
    learned: (Named & {
      past_s: number[];
      measured_s: number;
      limit_s: number;
      remembered_s: number[];
      typical_s: number;
    })[];
  }>("drift");
  test.each(cases.present)("$name", ({ samples, now_ms, error_s, noise_s }) => {
    const read = samples.map(([at_ms, error_s, trim]) => ({ at_ms, error_s, trim }));
    const got = presentError(read, now_ms);
    if (error_s === null || noise_s === null) return expect(got).toBeNull();
    expect(got?.error_s).toBeCloseTo(error_s, 9);
    expect(got?.noise_s).toBeCloseTo(noise_s, 9);
  });
  test.each(cases.learned)("$name", (each) => {
    const got = remembered(each.past_s, each.measured_s, each.limit_s);
    expect(got).toEqual(each.remembered_s);
    expect(typical(got)).toBe(each.typical_s);
  });
});

describe("actuation.json", () => {
  const cases = vectors<{
    watched: (Named & {
      steps: {
        trim: number;
        at_ms: number;
        error_s: number;
        actuation: ActuationState["actuation"];
        failures: number;
      }[];
    })[];
  }>("actuation");
  test.each(cases.watched)("$name", ({ steps }) => {
    let state = obedient;
    for (const { actuation, failures, ...now } of steps) {
      state = watched(state, now);
      expect(state.actuation).toBe(actuation);
      expect(state.failures).toBe(failures);
    }
  });
});
