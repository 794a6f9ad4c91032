/** How much a start needs loaded, told from how quickly the pieces before it came. */
import { expect, test } from "vitest";
import { createPace } from "@/features/player/pace";

/** Pieces, each with what it took. */
function startAfter(...pieces: [index: number, took_ms: number][]): number {
  const pace = createPace();
  for (const [index, took_ms] of pieces) pace.came(index, took_ms);
  return pace.start_s();
}

test("PB31 before anything is known a start needs 2 s", () => {
  expect(startAfter()).toBe(2);
  expect(startAfter([7, 100])).toBe(2);
});

test("PB31 where the next piece comes within a second, a second is enough", () => {
  expect(startAfter([7, 5_000], [8, 300])).toBe(1);
  expect(startAfter([7, 5_000], [8, 1_000])).toBe(1);
  expect(startAfter([7, 5_000], [8, 1_001])).toBe(2);
});

test("PB31 the slowest of the last four tells", () => {
  const quick: [number, number][] = [9, 10, 11].map((index) => [index, 300]);
  expect(startAfter([7, 100], [8, 2_000], ...quick)).toBe(2);
  expect(startAfter([7, 100], [8, 2_000], ...quick, [12, 300])).toBe(1);
});

test("PB31 the first after a seek has waited for other things, and does not tell", () => {
  expect(startAfter([7, 100], [8, 300], [200, 6_000])).toBe(1);
  expect(startAfter([7, 100], [200, 300])).toBe(2);
});
