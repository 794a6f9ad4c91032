/** hls.js as this page uses it: the real one, on a browser that is not there. */
import Hls from "hls.js";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { attachSource } from "@/features/player/attach";
import { playWithHls } from "@/features/player/hls";
import type { Source } from "@/features/player/source";
import {
  anElement,
  asked,
  LADDER,
  lastRequest,
  playlist,
  problem,
  Request,
  STREAM,
  short,
  stubMedia,
} from "../support/media";

let expected_s = 0;
let gone: AbortController;
let element: ReturnType<typeof anElement>;
let warmed: string[] = [];
let source: Source;
const failed = vi.fn();
const unplanned = vi.fn();
const after = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const ports = () => ({ expected_s: () => expected_s, failed, unplanned, gone: gone.signal });

beforeEach(() => {
  vi.useFakeTimers();
  stubMedia();
  failed.mockClear();
  unplanned.mockClear();
  expected_s = 100;
  gone = new AbortController();
  element = anElement();
  warmed = [];
  vi.spyOn(globalThis, "fetch").mockImplementation((input, init) => {
    const url = String(input);
    warmed.push(short(url));
    return new Promise((done, refuse) => {
      init?.signal?.addEventListener("abort", () => refuse(new Error("aborted")));
      if (url.endsWith(".m3u8")) done(new Response(playlist()));
      else setTimeout(() => done(new Response(new Uint8Array(50_000))), 1_000);
    });
  });
});
afterEach(() => {
  gone.abort();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

async function playing(size: string | null = "720p", url = LADDER): Promise<void> {
  source = playWithHls(Hls, element.video, { url, size, key: "k" }, ports());
  await after(500);
}

/** As the element is when it plays with so much loaded. */
function loaded(ahead_s: number): void {
  element.state.ready = 4;
  element.state.at_s = 101;
  element.state.loaded = [[100, 101 + ahead_s]];
}

test("STR10 it begins in the planned size, where the film should be", async () => {
  await playing();
  expect(asked()).toEqual(["720p/ladder.m3u8", "720p/index.m3u8", "720p/25.ts"]);
});

test("a playlist of one size begins there too", async () => {
  await playing(null, `${STREAM}/1/720p/index.m3u8`);
  expect(asked()).toEqual(["720p/index.m3u8", "720p/25.ts"]);
});

test("STR10 what is not planned is told, and tried again in the same size", async () => {
  await playing();
  for (let i = 0; i < 6; i++) {
    lastRequest().answer(409, problem("not_planned"));
    await after(5_000);
  }
  expect(unplanned).toHaveBeenCalledTimes(6);
  expect(failed).not.toHaveBeenCalled();
  expect(new Set(asked(3))).toEqual(new Set(["720p/25.ts"]));
});

test("STR10 a playlist that is not planned is tried again in the same size", async () => {
  Request.playlists = (url) => (url === LADDER || unplanned.mock.calls.length > 3 ? 200 : 409);
  await playing();
  await after(30_000);
  expect(unplanned).toHaveBeenCalledTimes(4);
  expect(failed).not.toHaveBeenCalled();
  expect(asked()).toContain("720p/25.ts");
  expect(asked().filter((each) => !each.startsWith("720p/"))).toEqual([]);
});

test.each([404, 500, 0])("STR10 an error (%i) never leads to another size", async (status) => {
  const level = vi.spyOn(Hls.prototype, "loadLevel", "set");
  await playing();
  for (let i = 0; i < 30; i++) {
    lastRequest().answer(status);
    await after(5_000);
  }
  expect(asked().filter((each) => !each.startsWith("720p/"))).toEqual([]);
  expect(level).not.toHaveBeenCalledWith(-1);
  source.take("480p");
  await after(500);
  lastRequest().answer(status);
  await after(5_000);
  expect(
    asked()
      .slice(-2)
      .every((each) => each.startsWith("480p/")),
  ).toBe(true);
});

test.each([
  [401, ""],
  [403, ""],
  [410, ""],
  [409, problem("conversion_changed")],
  [409, "<p>Conflict"],
])("a refusal (%i %s) is told once, and nothing more is asked for", async (status, body) => {
  await playing();
  lastRequest().answer(status, body);
  const before = Request.all.length;
  await after(60_000);
  expect(failed.mock.calls).toEqual([["refused"]]);
  expect(unplanned).not.toHaveBeenCalled();
  expect(Request.all).toHaveLength(before);
});

test("what does not come at all is given up in the end", async () => {
  Request.playlists = () => 404;
  source = playWithHls(Hls, element.video, { url: LADDER, size: "720p", key: "k" }, ports());
  await after(60_000);
  expect(failed.mock.calls).toEqual([["unreachable"]]);
});

test("before the first piece it goes on where the film is by then, not at its beginning", async () => {
  await playing();
  expected_s = 600;
  const first = Request.all.length;
  for (let i = 0; i < 12; i++) {
    lastRequest().answer(404);
    await after(5_000);
  }
  expect(asked(first)).toContain("720p/150.ts");
  expect(asked(first)).not.toContain("720p/0.ts");
});

test("STR10 with little ahead another size is begun at once, and what is loaded stays", async () => {
  const trigger = vi.spyOn(Hls.prototype, "trigger");
  await playing();
  const old = lastRequest();
  loaded(2);
  source.take("480p");
  await after(500);
  expect(old.aborted).toBe(true);
  expect(asked(3)).toEqual(["480p/index.m3u8", "480p/25.ts"]);
  expect(warmed).toEqual([]);
  const flushed = trigger.mock.calls.filter(([event]) => event === Hls.Events.BUFFER_FLUSHING);
  expect(flushed).toEqual([]);
});

test("STR10 so it is also in a size that was played before", async () => {
  await playing();
  loaded(2);
  source.take("480p");
  await after(500);
  source.take("720p");
  await after(500);
  const old = lastRequest();
  expect(asked().slice(-1)).toEqual(["720p/25.ts"]);
  source.take("480p");
  await after(500);
  expect(old.aborted).toBe(true);
  expect(asked().slice(-1)).toEqual(["480p/25.ts"]);
});

test("STR10 with more ahead its next pieces are fetched first", async () => {
  await playing();
  loaded(20);
  source.take("480p");
  await after(1_500);
  expect(warmed).toEqual(["480p/index.m3u8", "480p/26.ts", "480p/27.ts"]);
  expect(asked(3)).toEqual([]);
  await after(1_000);
  expect(asked(3)).toContain("480p/index.m3u8");
  expect(source.line_kbps()).not.toBeNull();
});

test("STR10 a size that is long in coming follows behind what is loaded", async () => {
  const trigger = vi.spyOn(Hls.prototype, "trigger");
  await playing();
  loaded(20);
  vi.mocked(globalThis.fetch).mockImplementation(() => new Promise(() => undefined));
  source.take("480p");
  await after(14_000);
  expect(asked(3)).toEqual([]);
  await after(2_000);
  expect(asked(3)).toContain("480p/index.m3u8");
  const flushed = trigger.mock.calls.filter(([event]) => event === Hls.Events.BUFFER_FLUSHING);
  expect(flushed).toEqual([]);
});

test("STR10 fetching ahead ends with another choice, and with the source", async () => {
  await playing();
  loaded(20);
  source.take("480p");
  await after(100);
  source.take("1080p");
  await after(300);
  expect(warmed).toEqual(["480p/index.m3u8", "480p/26.ts", "1080p/index.m3u8", "1080p/26.ts"]);
  gone.abort();
  await after(30_000);
  expect(warmed).toHaveLength(4);
  expect(asked(3)).toEqual([]);
});

test("STR10 a choice that is taken back changes nothing", async () => {
  await playing();
  loaded(20);
  source.take("480p");
  await after(100);
  source.take("720p");
  await after(30_000);
  expect(asked(3).filter((each) => !each.startsWith("720p/"))).toEqual([]);
});

test("a source that is let go while hls.js is on its way attaches nothing", async () => {
  const attaching = attachSource(element.video, { url: LADDER, size: "720p", key: "k" }, ports());
  gone.abort();
  await attaching;
  await after(500);
  expect(Request.all).toEqual([]);
  expect(element.video.src).toBe("");
});
