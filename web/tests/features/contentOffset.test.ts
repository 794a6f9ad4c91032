import { expect, test } from "vitest";
import { createContentOffset } from "@/features/player/contentOffset";

test("DRV7 sound that begins before the picture moves the film by as much", () => {
  const offset = createContentOffset();
  offset.cut([2, 2, 2]);
  expect(offset.value_s()).toBe(0);
  offset.seen(1, 2.0213);
  offset.seen(2, 4.0213);
  expect(offset.value_s()).toBeCloseTo(0.0213, 9);
});

test("DRV7 a first picture comes up to a frame after its segment's beginning: the least counts", () => {
  const offset = createContentOffset();
  offset.cut([2, 2, 2]);
  offset.seen(2, 4.03);
  offset.seen(0, 0);
  offset.seen(1, 2.01);
  expect(offset.value_s()).toBe(0);
});

test("DRV7 a playlist that does not say where its segments begin is not believed", () => {
  const offset = createContentOffset();
  offset.cut([2, 2]);
  offset.seen(1, 9);
  offset.seen(7, 14);
  expect(offset.value_s()).toBe(0);
});
