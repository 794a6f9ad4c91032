import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createDriver, type Driver } from "@/features/player/driver";
import { type Address, PLAIN_SOURCE, type SourcePorts } from "@/features/player/source";
import { streamKey } from "@/features/player/stream";
import { aTimeline, ITEM } from "../support/room";

let needed_s = 2;
let attachments: { url: string; ports: SourcePorts }[] = [];

vi.mock("@/features/player/attach", () => ({
  attachSource: (_: HTMLVideoElement, { url }: Address, ports: SourcePorts) => {
    attachments.push({ url, ports });
    const told = { start_s: () => needed_s, plenty_s: 20, has_sound: () => true };
    return Promise.resolve({ ...PLAIN_SOURCE, ...told });
  },
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
const refused = vi.fn();
const KEY = streamKey(aTimeline()) ?? "";
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
  refused.mockClear();
  attachments = [];
  needed_s = 2;
  driver = createDriver(video as unknown as HTMLVideoElement, {
    serverNow: () => performance.now(),
    round_trip_ms: () => 10,
    uncertainty_ms: () => 5,
    wake,
    ready,
    status,
    refused,
  });
  driver.load({ url: "x", size: null, key: KEY });
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

test.each([
  [1, 1.5, true],
  [2, 1.5, false],
  [2, 2, true],
])(
  "PB31 a start that needs %d s with %d s loaded: ready is %s",
  async (needed, loaded, is_ready) => {
    needed_s = needed;
    video.buffered = { length: 1, start: () => 0, end: () => 60 + loaded };
    driver.apply(aTimeline({ revision: 2, state: "waiting", position_s: 60 }));
    await after(2_000);
    expect(ready.mock.calls).toEqual(is_ready ? [[true, 2]] : []);
  },
);

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

const attached = () => attachments.map(({ url, ports }) => (ports.gone.aborted ? null : url));
const another = { stream: { generation: 2, rendition: 0, sound: "2" }, cause: "sound" } as const;

test("PB26 with another sound nobody is ready before that one is there", async () => {
  driver.apply(aTimeline({ state: "playing", position_s: 100, as_of_ms: now() }));
  await after(3_000);
  video.seeks = [];
  const next = aTimeline({ ...another, revision: 2, state: "waiting", position_s: 103 });
  driver.apply(next);
  await after(3_000);
  expect(attached()).toEqual([null]);
  expect(video.paused).toBe(true);
  expect(video.seeks).toEqual([]);
  expect(ready).not.toHaveBeenCalledWith(true, 2);
  driver.load({ url: "y", size: null, key: streamKey(next) ?? "" });
  await after(500);
  expect(attached()).toEqual([null, "y"]);
  expect(ready).toHaveBeenCalledWith(true, 2);
});

test("PB10 the next item is not looked for in the source of the one before", async () => {
  driver.apply(aTimeline({ state: "playing", position_s: 7100, as_of_ms: now() }));
  await after(2_000);
  video.seeks = [];
  const item = { ...ITEM, rating_key: "8" };
  const next = { generation: 2, rendition: 0 };
  driver.apply(aTimeline({ revision: 2, item, stream: next, state: "waiting", position_s: 5 }));
  expect(attached()).toEqual([null]);
  attachments[0]?.ports.failed("refused");
  await after(2_000);
  expect(video.seeks).toEqual([]);
  expect(refused).not.toHaveBeenCalled();
});

test("PB26 also at a pause nothing of the sound before is prepared", async () => {
  driver.apply(aTimeline({ position_s: 60 }));
  await after(300);
  ready.mockClear();
  driver.apply(aTimeline({ ...another, revision: 2, position_s: 60, as_of_ms: now() + 200 }));
  await after(1_000);
  expect(attached()).toEqual([null]);
  expect(ready).not.toHaveBeenCalled();
});

test("the same item keeps its source, whatever else is new", async () => {
  driver.apply(aTimeline({ state: "playing", position_s: 100, as_of_ms: now() }));
  await after(1_000);
  driver.load({ url: "x", size: null, key: KEY });
  driver.forget();
  driver.apply(aTimeline({ revision: 2, state: "waiting", position_s: 500, cause: "seek" }));
  await after(500);
  driver.apply(aTimeline({ epoch: 2, revision: 1, clock_id: "c2", position_s: 500 }));
  driver.load({ url: "x", size: null, key: KEY });
  await after(500);
  expect(attached()).toEqual(["x"]);
});

test("a source of what is not in force yet waits for its timeline", async () => {
  driver.apply(aTimeline({ position_s: 60 }));
  await after(300);
  const next = aTimeline({ ...another, revision: 2, position_s: 90 });
  driver.load({ url: "y", size: null, key: streamKey(next) ?? "" });
  await after(300);
  expect(attached()).toEqual([null]);
  driver.apply(next);
  await after(300);
  expect(attached()).toEqual([null, "y"]);
  expect(video.currentTime).toBe(90);
});

test("a source that was refused is attached anew, also at the same address", async () => {
  driver.apply(aTimeline({ position_s: 60 }));
  await after(300);
  attachments[0]?.ports.failed("refused");
  expect(refused).toHaveBeenCalledOnce();
  driver.load({ url: "x", size: null, key: KEY });
  await after(300);
  expect(attached()).toEqual([null, "x"]);
});

test("what is on its way to the element is called off by what is loaded next", async () => {
  driver.apply(aTimeline({ position_s: 60 }));
  driver.load({ url: "y", size: null, key: KEY });
  expect(attached()).toEqual([null, "y"]);
  attachments[0]?.ports.failed("undecodable");
  await after(300);
  expect(driver.view.getState().failure).toBeNull();
});

test("STR10 a size that was not planned is told to who asks, and the source stays", async () => {
  const heard = vi.fn();
  driver.onUnplanned(heard);
  driver.apply(aTimeline({ position_s: 60 }));
  await after(300);
  attachments[0]?.ports.unplanned();
  expect(heard).toHaveBeenCalledOnce();
  expect(refused).not.toHaveBeenCalled();
  expect(attached()).toEqual(["x"]);
});

test("PB10 what was tried and loaded of one source says nothing of the next", async () => {
  driver.apply(aTimeline({ revision: 2, state: "waiting", position_s: 60 }));
  await after(1_500);
  ready.mockClear();
  driver.forget();
  video.readyState = 2;
  driver.load({ url: "y", size: null, key: KEY });
  await after(800);
  expect(ready).not.toHaveBeenCalled();
  await after(700);
  expect(ready).toHaveBeenCalledWith(true, 2);
});
