import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createDriver, type Driver } from "@/features/player/driver";
import { aTimeline } from "../support/room";

vi.mock("@/features/player/hls", () => ({
  attachSource: () =>
    Promise.resolve({
      detach: () => undefined,
      take: () => undefined,
      line_kbps: () => null,
      plenty_s: 20,
      content_offset_s: () => 0,
      has_sound: () => true,
    }),
}));

/** An element whose clock follows the (fake) time, once it has taken its time to start. */
class FakeVideo extends EventTarget {
  muted = false;
  volume = 1;
  preservesPitch = true;
  readyState = 4;
  seeking = false;
  ended = false;
  paused = true;
  duration = 7200;
  refuses_sound = false;
  seeks: number[] = [];
  starts_after_ms = 80;
  private at_s = 0;
  private since_ms = 0;
  private rate = 1;
  buffered = { length: 1, start: () => 0, end: () => 7200 };

  get currentTime() {
    if (this.paused) return this.at_s;
    const moving_ms = Math.max(0, performance.now() - this.since_ms);
    return this.at_s + (moving_ms / 1000) * this.rate;
  }
  set currentTime(to_s: number) {
    this.seeks.push(to_s);
    this.at_s = to_s;
    this.since_ms = performance.now();
    queueMicrotask(() => this.dispatchEvent(new Event("seeked")));
  }
  get playbackRate() {
    return this.rate;
  }
  set playbackRate(rate: number) {
    this.at_s = this.currentTime;
    this.since_ms = Math.max(this.since_ms, performance.now());
    this.rate = rate;
  }
  play() {
    if (this.refuses_sound && !this.muted) {
      return Promise.reject(Object.assign(new Error("no"), { name: "NotAllowedError" }));
    }
    this.paused = false;
    this.since_ms = performance.now() + this.starts_after_ms;
    return Promise.resolve();
  }
  pause() {
    this.at_s = this.currentTime;
    this.paused = true;
  }
}

let video: FakeVideo;
let driver: Driver;
const ready = vi.fn();
const status = vi.fn();
const wake = vi.fn();
const after = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  localStorage.clear();
  vi.useFakeTimers({
    toFake: [
      "performance",
      "setTimeout",
      "setInterval",
      "clearTimeout",
      "clearInterval",
      "requestAnimationFrame",
    ],
  });
  video = new FakeVideo();
  ready.mockClear();
  status.mockClear();
  driver = createDriver(video as unknown as HTMLVideoElement, {
    serverNow: () => performance.now(),
    round_trip_ms: () => 10,
    uncertainty_ms: () => 5,
    wake,
    ready,
    status,
    refused: () => undefined,
  });
  driver.load({ url: "x", size: null });
});

afterEach(() => {
  driver.destroy();
  vi.useRealTimers();
});

const now = () => performance.now();

test("PB10 waiting: it goes to the place, stands there and says that it is ready", async () => {
  driver.apply(aTimeline({ revision: 2, state: "waiting", position_s: 60 }));
  await after(300);
  expect(video.currentTime).toBe(60);
  expect(video.paused).toBe(true);
  expect(ready).toHaveBeenCalledTimes(1);
  expect(ready).toHaveBeenCalledWith(true, 2);
});

test("DRV4 a start is aimed so that the picture moves at as_of", async () => {
  driver.apply(aTimeline({ revision: 2, state: "waiting", position_s: 60 }));
  await after(300);
  driver.apply(aTimeline({ revision: 3, state: "playing", position_s: 60, as_of_ms: now() + 200 }));
  await after(1_000);
  expect(driver.motion()).toBe("running");
  expect(Math.abs(driver.drift() ?? 1)).toBeLessThan(0.03);
  await after(4_000);
  expect(Math.abs(driver.drift() ?? 1)).toBeLessThan(0.009);
  expect(video.playbackRate).toBeCloseTo(1, 2);
});

test("PB4 whoever comes late is at the same place", async () => {
  driver.apply(aTimeline({ state: "playing", position_s: 100, as_of_ms: now() - 50_000 }));
  await after(4_000);
  expect(video.currentTime).toBeCloseTo(154, 1);
});

test("PB10 loaded but not decoded is not ready, unless the player does not tell", async () => {
  video.readyState = 2;
  driver.apply(aTimeline({ revision: 2, state: "waiting", position_s: 60 }));
  await after(500);
  expect(ready).not.toHaveBeenCalled();
  await after(1_000);
  expect(ready).toHaveBeenCalledWith(true, 2);
});

/** Plays for two seconds, stands for `rest_ms`, starts again; the error right after that start. */
async function startedAfter(rest_ms: number): Promise<number> {
  driver.apply(aTimeline({ state: "playing", position_s: 100, as_of_ms: now() + 200 }));
  await after(2_200);
  driver.apply(aTimeline({ revision: 2, state: "paused", position_s: 200, as_of_ms: now() }));
  await after(rest_ms);
  driver.apply(
    aTimeline({ revision: 3, state: "playing", position_s: 200, as_of_ms: now() + 200 }),
  );
  await after(350);
  return Math.abs(driver.drift() ?? 1);
}

test("DRV4 a sound device that has come to rest starts at a cost of its own", async () => {
  expect(await startedAfter(5_000)).toBeLessThan(0.01);
  driver.apply(aTimeline({ revision: 4, state: "paused", position_s: 300, as_of_ms: now() }));
  await after(15_000);
  video.starts_after_ms = 52;
  driver.apply(
    aTimeline({ revision: 5, state: "playing", position_s: 300, as_of_ms: now() + 200 }),
  );
  await after(350);
  expect(Math.abs(driver.drift() ?? 1)).toBeLessThan(0.01);
});

test("DRV4 a start that was disturbed teaches nothing", async () => {
  video.starts_after_ms = 400;
  driver.apply(aTimeline({ state: "playing", position_s: 100, as_of_ms: now() + 200 }));
  await after(2_200);
  video.starts_after_ms = 80;
  expect(await startedAfter(2_000)).toBeLessThan(0.01);
});

test("PB8 who has played is placed by a seek, also where it stands already", async () => {
  driver.apply(aTimeline({ state: "playing", position_s: 100, as_of_ms: now() }));
  await after(3_000);
  video.pause();
  video.seeks = [];
  const there_s = video.currentTime;
  driver.apply(aTimeline({ revision: 2, state: "paused", position_s: there_s, as_of_ms: now() }));
  await after(300);
  expect(video.seeks).toEqual([there_s]);
});

test("PB8 a pause is obeyed at its time and on exactly its position", async () => {
  driver.apply(aTimeline({ state: "playing", position_s: 100, as_of_ms: now() }));
  await after(3_000);
  driver.apply(
    aTimeline({ revision: 2, state: "paused", position_s: 103.1, as_of_ms: now() + 100 }),
  );
  await after(50);
  expect(video.paused).toBe(false);
  await after(200);
  expect(video.paused).toBe(true);
  expect(video.currentTime).toBe(103.1);
});

test("DRV8 a timeline that goes on from the one before is followed without haste", async () => {
  driver.apply(aTimeline({ state: "playing", position_s: 100, as_of_ms: now() }));
  await after(8_000);
  driver.apply(
    aTimeline({ revision: 2, state: "playing", position_s: 108.2, as_of_ms: now(), epoch: 2 }),
  );
  const fastest: number[] = [];
  for (let i = 0; i < 20; i++) {
    await after(50);
    fastest.push(video.playbackRate);
  }
  expect(Math.max(...fastest)).toBeGreaterThan(1.01);
  expect(Math.max(...fastest)).toBeLessThan(1.051);
});

test("DRV9 far off it seeks once, and not again within ten seconds", async () => {
  driver.apply(aTimeline({ state: "playing", position_s: 0, as_of_ms: now() }));
  await after(4_000);
  video.seeks = [];
  video.currentTime = 60;
  await after(1_500);
  expect(video.seeks).toHaveLength(2);
  expect(Math.abs(driver.drift() ?? 9)).toBeLessThan(0.2);
  video.currentTime = 60;
  await after(2_000);
  expect(video.seeks).toHaveLength(3);
});

test("DRV5 refused sound: it plays muted rather than not at all, and says so", async () => {
  video.refuses_sound = true;
  driver.apply(aTimeline({ state: "playing", position_s: 0, as_of_ms: now() }));
  await after(1_500);
  expect(driver.motion()).toBe("running");
  expect(video.muted).toBe(true);
  expect(driver.view.getState().sound_blocked).toBe(true);
  driver.setMuted(false);
  expect(driver.view.getState().sound_blocked).toBe(false);
});

test("DRV5 a pause by the browser is repaired, not passed on", async () => {
  driver.apply(aTimeline({ state: "playing", position_s: 0, as_of_ms: now() }));
  await after(2_000);
  video.pause();
  await after(2_500);
  expect(video.paused).toBe(false);
  expect(video.currentTime).toBeCloseTo(4.5, 0);
});

test("a stall is told at once", async () => {
  driver.apply(aTimeline({ state: "playing", position_s: 0, as_of_ms: now() }));
  await after(2_000);
  status.mockClear();
  const stuck_s = video.currentTime;
  Object.defineProperty(video, "currentTime", { get: () => stuck_s, set: () => undefined });
  video.readyState = 2;
  await after(500);
  expect(status.mock.calls.at(-1)?.[0]).toMatchObject({ stalled: true });
});

test("readiness and status are told again after a rejoin", async () => {
  driver.apply(aTimeline({ revision: 2, state: "waiting", position_s: 60 }));
  await after(300);
  driver.forget();
  await after(100);
  expect(ready).toHaveBeenCalledTimes(2);
});

test("DRV11 an element that the browser sets moving by itself is followed", async () => {
  driver.apply(aTimeline({ state: "playing", position_s: 0, as_of_ms: now() }));
  await after(2_000);
  video.pause();
  void video.play();
  await after(5_000);
  expect(driver.motion()).toBe("running");
  expect(Math.abs(driver.drift() ?? 1)).toBeLessThan(0.02);
});

test("DRV11 what the browser pauses in the background stays so until it is seen again", async () => {
  const hidden = vi.spyOn(document, "hidden", "get").mockReturnValue(true);
  driver.apply(aTimeline({ state: "playing", position_s: 0, as_of_ms: now() }));
  await after(2_000);
  video.pause();
  await after(10_000);
  expect(video.paused).toBe(true);
  hidden.mockReturnValue(false);
  await after(2_000);
  expect(video.paused).toBe(false);
  hidden.mockRestore();
});
