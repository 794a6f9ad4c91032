/** When this page asks for a ticket, and what it does with one that is refused (SPEC STR-1). */
import { act } from "@testing-library/react";
import { useRef } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Driver } from "@/features/player/driver";
import type { Stream } from "@/features/player/stream";
import { useDriver } from "@/features/player/useDriver";
import { anAnswer, aRoom, aTimeline, ITEM } from "../support/room";

let driver: Driver | null;
let stream: Stream | null;
let refused: () => void;
let retry: () => void;
let asked_ms: number[] = [];
let room: ReturnType<typeof aRoom>;

function Screen() {
  const video = useRef<HTMLVideoElement>(null);
  ({ driver, stream, refused, retry } = useDriver(video));
  return <video ref={video} muted />;
}

const after = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

beforeEach(async () => {
  vi.useFakeTimers();
  asked_ms = [];
  vi.spyOn(HTMLMediaElement.prototype, "pause").mockReturnValue(undefined);
  vi.spyOn(globalThis, "fetch").mockImplementation(() => {
    asked_ms.push(performance.now());
    const url = `api/stream/t${asked_ms.length}/master.m3u8`;
    return Promise.resolve(Response.json({ url }));
  });
  room = aRoom();
  room.show(<Screen />);
  await after(10);
});
afterEach(() => vi.useRealTimers());

/** How long the page waits for its next ticket, ms. */
async function waits(happens: () => void): Promise<number> {
  const before = asked_ms.length;
  const from_ms = performance.now();
  act(happens);
  await after(20_000);
  expect(asked_ms).toHaveLength(before + 1);
  return (asked_ms[before] ?? 0) - from_ms;
}
const buffered = (all: { start_s: number; end_s: number }[]) =>
  act(() => driver?.view.setState({ buffered: all }));
const sounded = { stream: { generation: 2, rendition: 0, sound: "2" }, cause: "sound" } as const;

test("one ticket, whatever else becomes new of the same film", async () => {
  expect(stream).toEqual({ url: expect.stringMatching(/t1$/), item: "s1 7", key: "s1 7 1" });
  const first = stream;
  act(() => room.store.timeline(aTimeline({ revision: 2, state: "playing", seq: 11 })));
  act(() => room.store.phase("reconnecting"));
  act(() => room.store.joined(anAnswer({ timeline: aTimeline({ epoch: 2 }), epoch: 2 })));
  await after(60_000);
  expect(asked_ms).toHaveLength(1);
  expect(stream).toBe(first);
});

test("STR1 each refusal is waited for longer", async () => {
  expect(await waits(() => refused())).toBe(500);
  expect(await waits(() => refused())).toBe(1_000);
  expect(await waits(() => refused())).toBe(1_500);
});

test("STR1 what was refused before the film came counts no more", async () => {
  await waits(() => refused());
  await waits(() => refused());
  buffered([]);
  expect(await waits(() => refused())).toBe(1_500);
  buffered([{ start_s: 0, end_s: 4 }]);
  expect(await waits(() => refused())).toBe(500);
});

test("STR1 nor what was refused of something else", async () => {
  await waits(() => refused());
  await waits(() => refused());
  const next = aTimeline({ ...sounded, revision: 2, seq: 11 });
  expect(await waits(() => room.store.timeline(next))).toBe(0);
  expect(await waits(() => refused())).toBe(500);
});

test("trying again by hand is no refusal", async () => {
  expect(await waits(() => retry())).toBe(0);
  expect(await waits(() => refused())).toBe(500);
});

test("PB26 with another sound what was known of the film stays until its ticket is there", async () => {
  const before = stream;
  act(() => room.store.timeline(aTimeline({ ...sounded, revision: 2, seq: 11 })));
  expect(stream).toBe(before);
  await after(10);
  expect(stream).toEqual({ url: expect.stringMatching(/t2$/), item: "s1 7", key: "s1 7 2" });
});

test("of another film nothing is asked by the ticket of the one before", async () => {
  const item = { ...ITEM, rating_key: "8" };
  act(() => room.store.timeline(aTimeline({ item, revision: 2, seq: 11, stream: sounded.stream })));
  expect(stream).toBeNull();
  await after(10);
  expect(stream?.item).toBe("s1 8");
});
