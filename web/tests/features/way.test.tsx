/** What this page watches: the file where it can, else what the server has planned for it. */
import { act, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createStore } from "zustand/vanilla";
import type { Driver } from "@/features/player/driver";
import { createLine } from "@/features/player/line";
import { type Progress, wordsOfProgress } from "@/features/player/usePreparing";
import { useWay } from "@/features/player/useWay";
import { WayMenu } from "@/features/player/WayMenu";
import type { Way, Ways, Wish } from "@/features/player/way";
import { aRoom } from "../support/room";
import { SOME_WAYS } from "../support/way";

const STREAM = "http://localhost/api/stream/t";

let wishes: Wish[] = [];
let ways: Ways = SOME_WAYS;
let line_kbps: number | null = null;
let fill: number | null = null;
let decodes = true;
let refuse = false;
const view = createStore(() => ({ failure: null as string | null }));
const load = vi.fn();
const driver = {
  load,
  view,
  line_kbps: () => line_kbps,
  fill: () => fill,
} as unknown as Driver;

function answer(wish: Wish): Way {
  const size = wish.quality === "auto" || wish.quality === "file" ? "720p" : wish.quality;
  const direct = wish.files.length > 0 && ["auto", "file"].includes(wish.quality);
  const narrow = wish.line_kbps !== null && wish.line_kbps < 4_000;
  const name = direct ? "file0" : narrow ? "480p" : size;
  return {
    name,
    path: direct ? "1/file0.mp4" : `1/${name}/master.m3u8`,
    ladder: direct ? null : "1/720p/ladder.m3u8",
    why: direct ? "file" : narrow ? "line" : wish.quality === "auto" ? "player" : "chosen",
    plan: {
      direct: direct ? 3 : 2,
      shared: direct ? [] : [{ name, viewers: 2 }],
      members: {},
    },
  };
}

function Watcher() {
  return <WayMenu watching={useWay(driver, STREAM)} />;
}

beforeEach(() => {
  localStorage.clear();
  wishes = [];
  ways = SOME_WAYS;
  line_kbps = null;
  fill = null;
  decodes = true;
  refuse = false;
  load.mockClear();
  view.setState({ failure: null });
  vi.spyOn(globalThis, "fetch").mockImplementation((input, init) => {
    if (String(input).endsWith("/ways")) {
      return Promise.resolve(refuse ? new Response("", { status: 503 }) : Response.json(ways));
    }
    const wish = JSON.parse(String(init?.body)) as Wish;
    wishes.push(wish);
    return Promise.resolve(Response.json(answer(wish)));
  });
  vi.spyOn(HTMLMediaElement.prototype, "canPlayType").mockReturnValue("probably");
  vi.stubGlobal("navigator", {
    ...navigator,
    language: "en",
    mediaCapabilities: {
      decodingInfo: () => Promise.resolve({ supported: decodes, smooth: decodes }),
    },
  });
  vi.stubGlobal("MediaSource", { isTypeSupported: () => true });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  vi.restoreAllMocks();
});

function shown() {
  const room = aRoom();
  room.show(<Watcher />);
  return room;
}
const last = () => load.mock.lastCall?.[0] as { url: string; size: string | null } | undefined;

test("STR10 a file that this browser can play is played as it is", async () => {
  shown();
  await waitFor(() => expect(last()).toEqual({ url: `${STREAM}/1/file0.mp4`, size: null }));
  expect(wishes[0]).toEqual({ files: [0], quality: "auto", line_kbps: null, burned: null });
});

test("STR10 one that it cannot play is converted, and the page says why", async () => {
  decodes = false;
  shown();
  await waitFor(() =>
    expect(last()).toEqual({ url: `${STREAM}/1/720p/ladder.m3u8`, size: "720p" }),
  );
  expect(wishes[0]?.files).toEqual([]);
  await userEvent.click(screen.getByRole("button", { name: "Quality and sound" }));
  expect(await screen.findByText(/cannot play the file \(H264, 1080p\)/)).toBeVisible();
  expect(screen.getByText("2 play the file itself, 2 share one conversion")).toBeVisible();
});

test("STR10 without a player of sizes the browser gets one size alone", async () => {
  vi.stubGlobal("MediaSource", undefined);
  decodes = false;
  shown();
  await waitFor(() => expect(last()).toEqual({ url: `${STREAM}/1/720p/master.m3u8`, size: null }));
});

test("STR10 a file that fails in spite of all is not asked for again", async () => {
  shown();
  await waitFor(() => expect(wishes).toHaveLength(1));
  act(() => view.setState({ failure: "undecodable" }));
  await waitFor(() => expect(wishes.at(-1)?.files).toEqual([]));
  await waitFor(() => expect(last()?.size).toBe("720p"));
});

test("STR10 a choice by hand counts at once, and is remembered", async () => {
  shown();
  await userEvent.click(await screen.findByRole("button", { name: "Quality and sound" }));
  expect(await screen.findByRole("menuitemradio", { name: "Automatic: File" })).toBeChecked();
  await userEvent.click(screen.getByRole("menuitemradio", { name: "480p" }));
  await waitFor(() => expect(last()?.size).toBe("480p"));
  expect(localStorage.getItem("watchtogether.quality")).toBe("480p");
});

test("STR10 a line that carries too little is told at once, a good one every 20 s", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  decodes = false;
  shown();
  await vi.waitFor(() => expect(wishes).toHaveLength(1));
  await act(() => vi.advanceTimersByTimeAsync(19_000));
  expect(wishes).toHaveLength(1);
  await act(() => vi.advanceTimersByTimeAsync(2_000));
  expect(wishes).toHaveLength(2);
  line_kbps = 900;
  await act(() => vi.advanceTimersByTimeAsync(6_000));
  expect(wishes.at(-1)?.line_kbps).toBe(900);
  expect(last()?.size).toBe("480p");
});

test("STR10 of a file, how much of it comes says what the line carries", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  shown();
  await vi.waitFor(() => expect(wishes).toHaveLength(1));
  fill = 0.5;
  await act(() => vi.advanceTimersByTimeAsync(6_000));
  expect(wishes.at(-1)?.line_kbps).toBe(3_000);
});

test("STR10 while nobody can say what there is, the room's usual rendition plays", async () => {
  refuse = true;
  shown();
  await waitFor(() => expect(last()).toEqual({ url: `${STREAM}/master.m3u8`, size: null }), {
    timeout: 4_000,
  });
});

test("PB26 the host chooses the sound for everybody", async () => {
  const room = shown();
  await userEvent.click(await screen.findByRole("button", { name: "Quality and sound" }));
  expect(await screen.findByRole("menuitemradio", { name: "English" })).toBeChecked();
  await userEvent.click(screen.getByRole("menuitemradio", { name: "French" }));
  const [event, payload] = room.command.mock.lastCall as unknown as [string, object];
  expect([event, payload]).toEqual(["playback:sound", { epoch: 1, revision: 1, sound: "2" }]);
});

test("what is under way says how the line is now", () => {
  let at_ms = 0;
  const line = createLine(() => at_ms);
  expect(line.kbps()).toBeNull();
  line.came({ loaded: 1_000_000, first_ms: 100, end_ms: 1_100 });
  expect(line.kbps()).toBe(8_000);
  line.came({ loaded: 100, first_ms: 1, end_ms: 2 });
  expect(line.kbps()).toBe(8_000);
  line.begins(() => ({ loaded: 100_000, first_ms: 1_000, end_ms: 0 }));
  at_ms = 2_000;
  expect(line.kbps()).toBe(8_000);
  at_ms = 3_000;
  expect(line.kbps()).toBe(400);
});

test("STR12 words for what takes long, none for what passes", () => {
  const t = ((key: string, { count }: { count?: number } = {}) =>
    count === undefined ? key : `${key} ${count}`) as never;
  const words = (state: Progress["state"], for_s: number) =>
    wordsOfProgress({ state, for_s, usual_s: 4 }, t);
  expect(words("ready", 0)).toBeNull();
  expect(words("starting", 1)).toBe("preparing.starting 3");
  expect(words("starting", 9)).toBe("preparing.starting_long");
  expect(words("making", 1)).toBeNull();
  expect(words("making", 5)).toBe("preparing.making");
});
