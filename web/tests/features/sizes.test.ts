/** When another size begins: behind what is loaded, or in its place. */
import type Hls from "hls.js";
import { afterEach, expect, test, vi } from "vitest";
import { createSizes } from "@/features/player/sizes";
import { anElement } from "../support/media";

afterEach(() => vi.restoreAllMocks());

/** A player with 20 s loaded, on a line of so many kbit/s, that takes 480p instead of 720p. */
function taken(carried_kbps: number | null) {
  const fetch = vi.spyOn(globalThis, "fetch").mockReturnValue(new Promise(() => undefined));
  const element = anElement();
  element.state.at_s = 101;
  element.state.loaded = [[100, 121]];
  const levels = [
    { uri: "https://party/720p/index.m3u8", maxBitrate: 4_115_000 },
    { uri: "https://party/480p/index.m3u8", maxBitrate: 2_075_000 },
  ];
  const hls = { levels, loadLevel: 0, config: {}, stopLoad: vi.fn(), startLoad: vi.fn() };
  const line = { begins: vi.fn(), came: vi.fn(), measured: vi.fn(), kbps: () => carried_kbps };
  const sizes = createSizes({
    hls: hls as unknown as Hls,
    video: element.video,
    size: "720p",
    line,
    place_s: () => element.state.at_s,
  });
  sizes.take("480p");
  sizes.stop();
  return { hls, fetched: fetch.mock.calls.length };
}

test("STR10 over a line too narrow for what is loaded nothing is loaded twice", () => {
  const { hls, fetched } = taken(4_000);
  expect(fetched).toBe(0);
  expect(hls.loadLevel).toBe(1);
  expect(hls.startLoad).toHaveBeenCalledWith(101);
  expect(hls).not.toHaveProperty("nextLevel");
});

test.each([null, 5_000])("STR10 with a line of %s kbit/s it takes the place of it", (kbps) => {
  const { hls, fetched } = taken(kbps);
  expect(fetched).toBe(1);
  expect(hls.loadLevel).toBe(0);
  expect(hls.startLoad).not.toHaveBeenCalled();
});
