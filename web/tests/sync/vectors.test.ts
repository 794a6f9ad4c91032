import { describe, expect, test } from "vitest";
import { bestOf, type Exchange, sampleOf } from "@/sync/clock";
import { type ControlAction, type ControlInput, control } from "@/sync/controller";
import { isNewer, type Playhead, positionAt, type Version } from "@/sync/timeline";
import { vectors } from "../support/vectors";

interface Named {
  name: string;
}

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
  const { exchange, best } = vectors<{
    exchange: (Named & Exchange & { offset_ms: number; round_trip_ms: number })[];
    best: (Named & {
      exchanges: Exchange[];
      index: number;
      offset_ms: number;
      uncertainty_ms: number;
    })[];
  }>("clock");
  test.each(exchange)("$name", ({ offset_ms, round_trip_ms, ...times }) => {
    const sample = sampleOf(times);
    expect(sample.offset_ms).toBeCloseTo(offset_ms, 9);
    expect(sample.round_trip_ms).toBeCloseTo(round_trip_ms, 9);
  });
  test.each(best)("$name", ({ exchanges, index, offset_ms, uncertainty_ms }) => {
    const samples = exchanges.map(sampleOf);
    const winner = bestOf(samples);
    expect(winner).toBe(samples[index]);
    expect(winner?.offset_ms).toBeCloseTo(offset_ms, 9);
    expect((winner?.round_trip_ms ?? 0) / 2).toBeCloseTo(uncertainty_ms, 9);
  });
});

describe("controller.json", () => {
  const cases = vectors<{ control: (Named & { input: ControlInput; action: ControlAction })[] }>(
    "controller",
  );
  test.each(cases.control)("$name", ({ input, action }) => {
    const got = control(input);
    expect(got.kind).toBe(action.kind);
    expect(got.rate).toBeCloseTo(action.rate, 9);
    if (got.kind === "seek" && action.kind === "seek") {
      expect(got.position_s).toBeCloseTo(action.position_s, 9);
    }
  });
});
