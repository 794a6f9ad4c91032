/**
 * Makes one video element follow the room's timeline (SPEC DRV): which timeline is in force, which
 * source is attached, when to look, what to report. It never gives commands: what the browser does
 * by itself is reported and repaired.
 */
import { createStore, type StoreApi } from "zustand/vanilla";
import type { Limit, Status, Timeline } from "@/lib/types";
import { positionAt } from "@/sync/timeline";
import { attachSource } from "./attach";
import { createCosts } from "./costs";
import { createElement } from "./element";
import { createFollower, type Motion } from "./follower";
import { createHealth } from "./health";
import { watchPictures } from "./pictures";
import { createReporter } from "./reporter";
import type { Address, Source, SourceFailure } from "./source";
import { streamKey } from "./stream";

/** What the page shows of the element. */
export interface DriverView {
  muted: boolean;
  volume: number;
  /** Sound was refused by the browser until somebody touches the page. */
  sound_blocked: boolean;
  stalled: boolean;
  /** Stepped out of the room: the screen follows nothing. */
  stepped_out: boolean;
  limit: Limit;
  buffered: readonly { start_s: number; end_s: number }[];
  failure: SourceFailure | null;
  /** Drift samples of the last seconds, absolute, for the pill. */
  drifts_ms: readonly number[];
}

export interface DriverPorts {
  /** Server time in ms; null before the clock is known, and while it is in doubt. */
  serverNow(): number | null;
  round_trip_ms(): number | null;
  uncertainty_ms(): number | null;
  /** Ticks stopped for long: the page slept, or the clock was moved. */
  wake(): void;
  ready(ready: boolean, revision: number): void;
  status(status: Status): void;
  /** A ticket was refused or its stream is away: the caller fetches another and calls `load`. */
  refused(): void;
}

export interface Driver {
  view: StoreApi<DriverView>;
  apply(timeline: Timeline): void;
  load(address: Address | null): void;
  /** Hears when the source has another size than the server has planned. */
  onUnplanned(listener: () => void): () => void;
  /** What the line carries; null while nobody knows. */
  line_kbps(): number | null;
  /** Film seconds loaded per second of late; null when nothing holds the loading back. */
  fill(): number | null;
  /** After a rejoin: readiness and status are told again. */
  forget(): void;
  /** Look at once: something outside has changed. */
  tick(): void;
  stepOut(out: boolean): void;
  setMuted(muted: boolean): void;
  setVolume(volume: number): void;
  pictureInPicture(): Promise<void>;
  /** Seconds of film on screen. */
  position(): number;
  expected(): number | null;
  /** Seconds ahead of the room (negative: behind); null while nothing plays. */
  drift(): number | null;
  motion(): Motion;
  destroy(): void;
}

const TICK_MS = 50;
const HURRIED_TICK_MS = 25;
const FRESH_TICK_MS = 10;
/** A tick later than this is no throttled timer any more. */
const SLEPT_MS = 5_000;
/** Timers fire late by as much, now and then. */
const START_SPARE_MS = 15;
const START_SLACK_S = 0.25;
const DRIFTS_KEPT_MS = 5_000;

export function createDriver(video: HTMLVideoElement, ports: DriverPorts): Driver {
  const own = () => performance.now();
  const view = createStore<DriverView>(() => ({
    muted: video.muted,
    volume: video.volume,
    sound_blocked: false,
    stalled: false,
    stepped_out: false,
    limit: null,
    buffered: [],
    failure: null,
    drifts_ms: [],
  }));

  let timeline: Timeline | null = null;
  /** Accepted, but not in force before its `as_of_ms`; the element still follows the one before. */
  let coming: Timeline | null = null;
  let source: Source | null = null;
  let address: Address | null = null;
  /** Ends the source that is attached, or on its way. */
  let attached: AbortController | null = null;
  /** Nothing more comes from the source: the same address may be attached anew. */
  let spent = false;
  const unplanned = new Set<() => void>();
  let drifts: { at: number; ms: number }[] = [];
  let ticked_at = own();
  let timer: ReturnType<typeof setTimeout> | undefined;

  const element = createElement(video, own);
  const costs = createCosts();
  const health = createHealth();
  const pictures = watchPictures(video);
  const reporter = createReporter(ports, own);
  const follower = createFollower({
    element,
    costs,
    own,
    length: () => Math.min(element.length(), timeline?.duration_s || Number.POSITIVE_INFINITY),
    stalled: (stalled) => view.setState({ stalled }),
    ready: (ready) => timeline && reporter.ready(ready, timeline.epoch, timeline.revision),
    again: schedule,
    refused: muteInstead,
    sought: reporter.sought,
    judged: noteDrift,
  });

  /** The party goes on without sound rather than not at all. */
  function muteInstead(name: string): boolean {
    if (name !== "NotAllowedError" || video.muted) return false;
    video.muted = true;
    view.setState({ muted: true, sound_blocked: true });
    return true;
  }

  function noteDrift(error_s: number): void {
    const at = own();
    drifts = drifts.filter((each) => at - each.at < DRIFTS_KEPT_MS);
    drifts.push({ at, ms: error_s * 1000 });
    view.setState({ drifts_ms: drifts.map((each) => Math.abs(each.ms)) });
  }

  function forgetDrifts(): void {
    if (drifts.length === 0) return;
    drifts = [];
    view.setState({ drifts_ms: [] });
  }

  function schedule(in_ms: number): void {
    clearTimeout(timer);
    if (in_ms <= TICK_MS * 2) timer = setTimeout(tick, Math.max(0, in_ms));
  }

  /** May the element go on as it is until the new timeline is in force? */
  function goesOnInto(next: Timeline, now_ms: number): boolean {
    const running = follower.motion() === "running" && timeline?.state === "playing";
    if (!running || !timeline || next.as_of_ms <= now_ms) return false;
    if (streamKey(next) !== streamKey(timeline)) return false;
    if (next.state === "paused" || (next.state === "waiting" && next.cause === "stall"))
      return true;
    const then_s = positionAt(timeline, next.as_of_ms);
    return next.state === "playing" && Math.abs(then_s - next.position_s) < START_SLACK_S;
  }

  function enforce(next: Timeline): void {
    const same_run = timeline?.state === "playing" && next.state === "playing";
    const there_s = positionAt(next, next.as_of_ms);
    const near = Math.abs(element.read().at_s - there_s) <= START_SLACK_S;
    timeline = next;
    coming = null;
    // What is attached would be steered, and called ready, in place of what comes.
    if (address !== null && address.key !== streamKey(next)) load(null);
    follower.changed(next.state === "playing" && !(same_run && near));
    attach(next);
  }

  /** The element's position is read before anything else in the task (SPEC DRV-6). */
  function tick(): void {
    const reading = element.read();
    const slept = reading.at_ms - ticked_at > SLEPT_MS;
    ticked_at = reading.at_ms;
    if (slept) ports.wake();
    const now_ms = ports.serverNow();
    if (!timeline) return;
    if (now_ms !== null) {
      if (coming && now_ms >= coming.as_of_ms) enforce(coming);
      else if (coming) schedule(coming.as_of_ms - now_ms);
      move(timeline, now_ms, reading);
    }
    if (timeline.state !== "playing") forgetDrifts();
    report(timeline);
  }

  function move(head: Timeline, now_ms: number, reading: ReturnType<typeof element.read>): void {
    if (view.getState().stepped_out || head.state === "idle") return follower.stop();
    if (source === null || !element.hasLength()) return;
    if (head.state !== "playing") return follower.hold(head);
    follower.follow(head, now_ms, reading);
    if (follower.motion() !== "running") return;
    if (follower.fresh()) schedule(FRESH_TICK_MS);
    else if (follower.hurried()) schedule(HURRIED_TICK_MS);
  }

  function report(head: Timeline): void {
    const { at_s, at_ms } = element.read();
    const ahead_s = element.ahead();
    const complete = at_s + ahead_s > head.duration_s - 1;
    health.loaded({ at_ms, ahead_s, at_s }, complete, source?.plenty_s ?? 0);
    const limit = health.limit({
      rate: head.rate,
      actuation: follower.actuation(),
      lag_s: follower.motion() === "running" ? pictures.lag_s() : null,
      hidden: document.hidden,
    });
    if (limit !== view.getState().limit) view.setState({ limit });
    const drift_s = driver.drift();
    const fill = health.fill();
    reporter.status({
      buffered_s: tenths(ahead_s),
      stalled: view.getState().stalled,
      drift_ms: drift_s === null ? null : tenths(drift_s * 1000),
      rtt_ms: rounded(ports.round_trip_ms()),
      revision: head.revision,
      position_s: Math.round(at_s * 1000) / 1000,
      fill: fill === null ? null : Math.round(fill * 100) / 100, // near the rate it matters
      limit,
      uncertainty_ms: rounded(ports.uncertainty_ms()),
      start_ms: Math.round(costs.of(element.kind()) * 1000) + START_SPARE_MS,
    });
  }

  function failed(failure: SourceFailure): void {
    if (failure !== "refused") view.setState({ failure });
    if (failure !== "refused" && failure !== "unreachable") return;
    spent = true;
    ports.refused();
  }

  function load(next: Address | null): void {
    if (next && next.url === address?.url && next.key === address.key && !spent) {
      address = next;
      if (next.size !== null) source?.take(next.size);
      return;
    }
    attached?.abort();
    attached = null;
    source = null;
    spent = false;
    element.pause();
    element.use(null);
    address = next;
    follower.reset();
    health.forget();
    view.setState({ failure: null, buffered: [] });
    if (timeline) attach(timeline);
  }

  /** Where to begin is known only with the timeline: without it the film's start would be fetched. */
  function attach(head: Timeline): void {
    if (address === null || attached !== null || address.key !== streamKey(head)) return;
    const mine = new AbortController();
    attached = mine;
    const heard = (failure: SourceFailure) => mine.signal.aborted || failed(failure);
    attachSource(video, address, {
      gone: mine.signal,
      expected_s: () => driver.expected() ?? timeline?.position_s ?? 0,
      failed: heard,
      unplanned: () => {
        for (const told of unplanned) told();
      },
    }).then(
      (made) => {
        if (mine.signal.aborted) return;
        source = made;
        element.use(made);
        if (address?.size != null) made.take(address.size);
      },
      () => heard("unreachable"),
    );
  }

  const settled = () => {
    follower.noteSeek();
    tick();
  };
  const ticking = setInterval(tick, TICK_MS);
  const listeners: [string, () => void][] = [
    ["progress", () => view.setState({ buffered: element.ranges() })],
    ["seeked", settled],
    ["canplay", tick],
    ["pause", tick],
    ["volumechange", () => view.setState({ muted: video.muted, volume: video.volume })],
  ];
  for (const [name, listen] of listeners) video.addEventListener(name, listen);
  video.disableRemotePlayback = true;

  const driver: Driver = {
    view,
    apply(next) {
      const now_ms = ports.serverNow();
      const same = timeline?.epoch === next.epoch && timeline.revision === next.revision;
      if (same || (coming?.epoch === next.epoch && coming.revision === next.revision)) return;
      if (now_ms !== null && goesOnInto(next, now_ms)) coming = next;
      else enforce(next);
      tick();
    },
    load,
    onUnplanned(listener) {
      unplanned.add(listener);
      return () => void unplanned.delete(listener);
    },
    line_kbps: () => source?.line_kbps() ?? null,
    fill: health.fill,
    forget: reporter.forget,
    tick,
    stepOut(out) {
      view.setState({ stepped_out: out });
      tick();
    },
    setMuted(muted) {
      video.muted = muted;
      if (!muted) view.setState({ sound_blocked: false });
    },
    setVolume(volume) {
      video.volume = volume;
      if (volume > 0) driver.setMuted(false);
    },
    async pictureInPicture() {
      if (document.pictureInPictureElement) await document.exitPictureInPicture();
      else await video.requestPictureInPicture();
    },
    position: () => element.read().at_s,
    expected() {
      const now_ms = ports.serverNow();
      return timeline && now_ms !== null ? positionAt(timeline, now_ms) : null;
    },
    drift: () => (timeline?.state === "playing" ? (follower.present()?.error_s ?? null) : null),
    motion: follower.motion,
    destroy() {
      clearInterval(ticking);
      clearTimeout(timer);
      for (const [name, listen] of listeners) video.removeEventListener(name, listen);
      pictures.stop();
      load(null);
      element.pause();
    },
  };
  return driver;
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10;
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 10) / 10;
}
