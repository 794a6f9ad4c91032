/** What the line carries, and what is fetched over it ahead of time. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createLine } from "@/features/player/line";
import { piecesOf, warmed } from "@/features/player/warm";
import { playlist, STREAM, short, stubMedia } from "../support/media";

const PIECE = `${STREAM}/1/720p/1.ts`;
const PLAYLIST = `${STREAM}/1/720p/index.m3u8`;

beforeEach(stubMedia);
afterEach(() => vi.unstubAllGlobals());

/** What the browser has written down of its loading, oldest first. */
function writtenDown(...sizes: number[]): void {
  const entries = sizes.map((transferSize) => ({ transferSize, decodedBodySize: 50_000 }));
  vi.spyOn(performance, "getEntriesByName").mockReturnValue(
    entries as unknown as PerformanceEntryList,
  );
}

test("what is under way says how the line is now", () => {
  let at_ms = 0;
  const line = createLine(() => at_ms);
  expect(line.kbps()).toBeNull();
  line.came({ loaded: 1_000_000, first_ms: 100, end_ms: 1_100 }, PIECE);
  expect(line.kbps()).toBe(8_000);
  line.came({ loaded: 100, first_ms: 1, end_ms: 2 }, PIECE);
  expect(line.kbps()).toBe(8_000);
  line.begins(() => ({ loaded: 100_000, first_ms: 1_000, end_ms: 0 }));
  at_ms = 2_000;
  expect(line.kbps()).toBe(8_000);
  at_ms = 3_000;
  expect(line.kbps()).toBe(400);
});

test("what the browser had already says nothing of the line", () => {
  const line = createLine();
  writtenDown(50_300, 0);
  line.came({ loaded: 50_000, first_ms: 100, end_ms: 101 }, PIECE);
  expect(line.kbps()).toBeNull();
  writtenDown(0, 50_300);
  line.came({ loaded: 50_000, first_ms: 100, end_ms: 200 }, PIECE);
  expect(line.kbps()).toBe(4_000);
});

test("a browser whose list is full begins a new one", () => {
  const clear = vi.spyOn(performance, "clearResourceTimings").mockReturnValue(undefined);
  createLine();
  performance.onresourcetimingbufferfull?.(new Event("resourcetimingbufferfull"));
  expect(clear).toHaveBeenCalledOnce();
});

test("STR3 pieces are where the playlist has them", () => {
  const named = piecesOf(playlist(3, "?of=abc"), PLAYLIST);
  expect(named.map(({ url, start_s }) => [short(url), start_s])).toEqual([
    ["720p/0.ts?of=abc", 0],
    ["720p/1.ts?of=abc", 4],
    ["720p/2.ts?of=abc", 8],
  ]);
});

const whole = () => new Response(new Uint8Array(50_000));

async function fetchedAhead(place_s: () => number, piece = whole) {
  const asked: string[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation((input) => {
    asked.push(short(String(input)));
    const body = String(input) === PLAYLIST ? new Response(playlist(10, "?of=a")) : piece();
    return Promise.resolve(body);
  });
  const line = createLine();
  await warmed(PLAYLIST, place_s, line, new AbortController().signal).catch(() =>
    asked.push("failed"),
  );
  return { asked: asked.slice(1), line };
}

test("STR10 the two after the one that is on are fetched ahead, and measured", async () => {
  const { asked, line } = await fetchedAhead(() => 9);
  expect(asked).toEqual(["720p/3.ts?of=a", "720p/4.ts?of=a"]);
  expect(line.kbps()).not.toBeNull();
});

test("STR10 what the film has passed while the first one came is left out", async () => {
  let at_s = 3;
  const { asked } = await fetchedAhead(
    () => at_s,
    () => {
      at_s = Math.max(at_s, 13);
      return whole();
    },
  );
  expect(asked).toEqual(["720p/1.ts?of=a", "720p/4.ts?of=a", "720p/5.ts?of=a"]);
});

test("at the end there is nothing to fetch ahead", async () => {
  expect((await fetchedAhead(() => 39)).asked).toEqual([]);
  expect((await fetchedAhead(() => 500)).asked).toEqual([]);
});

test("what is refused ends it, and is no measure", async () => {
  const body = "x".repeat(50_000);
  const { asked, line } = await fetchedAhead(
    () => 9,
    () => new Response(body, { status: 409 }),
  );
  expect(asked).toEqual(["720p/3.ts?of=a", "failed"]);
  expect(line.kbps()).toBeNull();
});
