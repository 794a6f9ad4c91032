/** What this page watches: the file where it can, else what the server has planned for it. */
import { act, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createStore } from "zustand/vanilla";
import type { Driver } from "@/features/player/driver";
import type { Address } from "@/features/player/source";
import type { Stream } from "@/features/player/stream";
import { type Progress, wordsOfProgress } from "@/features/player/usePreparing";
import { useWay, type Watching } from "@/features/player/useWay";
import { WayMenu } from "@/features/player/WayMenu";
import type { Way, Ways, Wish } from "@/features/player/way";
import { aRoom } from "../support/room";
import { isReadable, SOME_WAYS } from "../support/way";

const STREAM = "http://localhost/api/stream/t";
const ON: Stream = { url: STREAM, item: "s1 7", key: "s1 7 1" };
/** The same item by another ticket; with another sound; another item. */
const RENEWED = { ...ON, url: `${STREAM}2` };
const SOUNDED = { ...ON, url: `${STREAM}3`, key: "s1 7 2" };
const NEXT = { url: `${STREAM}4`, item: "s1 8", key: "s1 8 3" };

let wishes: Wish[] = [];
let ways: Ways = SOME_WAYS;
let line_kbps: number | null = null;
let fill: number | null = null;
let decodes = true;
/** What `ways` and `way` are answered with instead, and what `ways` waits for. */
let refusal = { ways: 200, way: 200 };
let gate: Promise<void> = Promise.resolve();
let open = () => {};
const closeGate = () => {
  gate = new Promise((done) => {
    open = done;
  });
};
const refused = vi.fn();
const unplanned = new Set<() => void>();
const view = createStore(() => ({ failure: null as string | null }));
const load = vi.fn();
const driver = {
  load,
  view,
  line_kbps: () => line_kbps,
  fill: () => fill,
  onUnplanned(listener: () => void) {
    unplanned.add(listener);
    return () => void unplanned.delete(listener);
  },
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

let watching: Watching;
let streams: (stream: Stream | null) => void;

function Watcher() {
  const [stream, setStream] = useState<Stream | null>(ON);
  streams = (next) => act(() => setStream(next));
  watching = useWay(driver, stream, refused);
  return <WayMenu watching={watching} />;
}

beforeEach(() => {
  localStorage.clear();
  wishes = [];
  ways = SOME_WAYS;
  line_kbps = null;
  fill = null;
  decodes = true;
  refusal = { ways: 200, way: 200 };
  gate = Promise.resolve();
  load.mockClear();
  refused.mockClear();
  view.setState({ failure: null });
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    if (String(input).endsWith("/ways")) {
      await gate;
      return refusal.ways === 200
        ? Response.json(ways)
        : new Response("", { status: refusal.ways });
    }
    const wish = JSON.parse(String(init?.body)) as Wish;
    wishes.push(wish);
    const status = isReadable(wish) ? refusal.way : 422;
    return status === 200 ? Response.json(answer(wish)) : new Response("", { status });
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
const last = () => load.mock.lastCall?.[0] as Address | undefined;
const key = ON.key;

test("STR10 a file that this browser can play is played as it is", async () => {
  shown();
  await waitFor(() => expect(last()).toEqual({ url: `${STREAM}/1/file0.mp4`, size: null, key }));
  expect(wishes[0]).toEqual({ files: [0], quality: "auto", line_kbps: null, burned: null });
});

test("STR10 one that it cannot play is converted, and the page says why", async () => {
  decodes = false;
  shown();
  await waitFor(() =>
    expect(last()).toEqual({ url: `${STREAM}/1/720p/ladder.m3u8`, size: "720p", key }),
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
  await waitFor(() =>
    expect(last()).toEqual({ url: `${STREAM}/1/720p/master.m3u8`, size: null, key }),
  );
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
  refusal.ways = 503;
  shown();
  await waitFor(() => expect(last()).toEqual({ url: `${STREAM}/master.m3u8`, size: null, key }), {
    timeout: 4_000,
  });
});

test("STR10 a film that plays well goes on when an answer to a choice is lost", async () => {
  shown();
  await waitFor(() => expect(load).toHaveBeenCalled());
  load.mockClear();
  refusal.way = 502;
  act(() => watching.choose("480p"));
  await waitFor(() => expect(wishes.at(-1)?.quality).toBe("480p"));
  await act(() => new Promise((done) => setTimeout(done, 20)));
  expect(load).not.toHaveBeenCalled();
});

test("STR1 a ticket that is refused when asked is told, for another one", async () => {
  refusal.way = 403;
  shown();
  await waitFor(() => expect(refused).toHaveBeenCalledOnce());
  expect(load).not.toHaveBeenCalled();
});

test("STR10 what was not planned is asked about", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  shown();
  await vi.waitFor(() => expect(wishes).toHaveLength(1));
  await act(() => vi.advanceTimersByTimeAsync(3_000));
  for (const told of unplanned) told();
  expect(wishes).toHaveLength(2);
  expect(refused).not.toHaveBeenCalled();
});

test("STR10 choices hold through another ticket and another sound, not for another film", async () => {
  shown();
  await waitFor(() => expect(wishes).toHaveLength(1));
  act(() => view.setState({ failure: "undecodable" }));
  act(() => watching.burn("9"));
  await waitFor(() => expect(wishes.at(-1)).toMatchObject({ files: [], burned: "9" }));
  act(() => view.setState({ failure: null }));
  for (const stream of [RENEWED, SOUNDED]) {
    wishes = [];
    streams(stream);
    await waitFor(() => expect(last()?.url).toContain(`${stream.url}/`));
    expect(wishes[0]).toMatchObject({ files: [], burned: "9" });
    expect(last()?.key).toBe(stream.key);
  }
  streams(null);
  wishes = [];
  streams(NEXT);
  await waitFor(() => expect(wishes[0]).toMatchObject({ files: [0], burned: null }));
});

test("an open menu stays as it is while another sound of the same film is looked up", async () => {
  shown();
  await userEvent.click(await screen.findByRole("button", { name: "Quality and sound" }));
  const french = await screen.findByRole("menuitemradio", { name: "French" });
  french.focus();
  closeGate();
  streams(SOUNDED);
  await act(() => new Promise((done) => setTimeout(done, 50)));
  expect(french).toHaveFocus();
  wishes = [];
  open();
  await waitFor(() => expect(wishes).toHaveLength(1));
  expect(french).toHaveFocus();
});

test("STR10 with another sound nothing is asked by what was known of the one before", async () => {
  shown();
  await waitFor(() => expect(wishes).toHaveLength(1));
  wishes = [];
  closeGate();
  ways = { ...SOME_WAYS, files: [] };
  streams(SOUNDED);
  await act(() => new Promise((done) => setTimeout(done, 50)));
  expect(wishes).toEqual([]);
  open();
  await waitFor(() => expect(wishes[0]?.files).toEqual([]));
});

test("STR10 by another ticket of the same stream it is asked at once", async () => {
  shown();
  await waitFor(() => expect(wishes).toHaveLength(1));
  wishes = [];
  closeGate();
  streams(RENEWED);
  await waitFor(() => expect(last()?.url).toContain(`${RENEWED.url}/1/file0`));
});

test("the menu is there before what there is to choose from, and says so", async () => {
  closeGate();
  shown();
  await userEvent.click(screen.getByRole("button", { name: "Quality and sound" }));
  expect(await screen.findByText("Looking up what there is …")).toBeVisible();
  open();
  expect(await screen.findByRole("menuitemradio", { name: "Automatic: File" })).toBeChecked();
});

test("what cannot be looked up is said, and tried again", async () => {
  refusal.ways = 503;
  shown();
  await userEvent.click(screen.getByRole("button", { name: "Quality and sound" }));
  const again = await screen.findByRole("menuitem", { name: "Try again" }, { timeout: 4_000 });
  expect(screen.getByText(/cannot be looked up just now/)).toBeVisible();
  refusal.ways = 200;
  await userEvent.click(again);
  await waitFor(() => expect(wishes).toHaveLength(1));
});

test.each([
  ["file", "Automatic: File"],
  ["1080p", "720p"],
  ["480p", "480p"],
])("a remembered %s that this film lacks is shown as %s", async (quality, shownAs) => {
  localStorage.setItem("watchtogether.quality", quality);
  if (quality === "file") ways = { ...SOME_WAYS, files: [] };
  shown();
  await waitFor(() => expect(wishes[0]?.quality).toBe(quality));
  await userEvent.click(await screen.findByRole("button", { name: "Quality and sound" }));
  const checked = await screen.findByRole("menuitemradio", { checked: true, name: /^(A|\d|The)/ });
  expect(checked).toHaveTextContent(quality === "file" ? /^Automatic$/ : shownAs);
});

test("while what cannot be played is replaced, nothing is said to have failed", async () => {
  shown();
  await waitFor(() => expect(wishes).toHaveLength(1));
  expect(watching.replacing).toBe(false);
  refusal.way = 502;
  act(() => view.setState({ failure: "undecodable" }));
  await waitFor(() => expect(watching.replacing).toBe(true));
  refusal.way = 200;
  await waitFor(() => expect(watching.replacing).toBe(false), { timeout: 4_000 });
  expect(last()?.size).toBe("720p");
});

test("PB26 the host chooses the sound for everybody", async () => {
  const room = shown();
  await userEvent.click(await screen.findByRole("button", { name: "Quality and sound" }));
  expect(await screen.findByRole("menuitemradio", { name: "English" })).toBeChecked();
  await userEvent.click(screen.getByRole("menuitemradio", { name: "French" }));
  const [event, payload] = room.command.mock.lastCall as unknown as [string, object];
  expect([event, payload]).toEqual(["playback:sound", { epoch: 1, revision: 1, sound: "2" }]);
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
