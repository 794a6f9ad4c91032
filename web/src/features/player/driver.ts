/**
 * Makes one video element follow the room's timeline (SPEC DRV). The only place that touches the
 * element. It never gives commands: what the browser does by itself is reported and repaired.
 */
import { createStore, type StoreApi } from "zustand/vanilla";
import type { Status, Timeline } from "@/lib/types";
import { control, type ErrorSample, learned, presentError } from "@/sync/controller";
import { positionAt } from "@/sync/timeline";
import { attachSource, type Source, type SourceFailure } from "./hls";
import { aheadOf, holds, listed } from "./ranges";
import { createReporter } from "./reporter";

/** What the page shows of the element. */
export interface DriverView {
  muted: boolean;
  volume: number;
  /** Sound was refused by the browser until somebody touches the page. */
  sound_blocked: boolean;
  stalled: boolean;
  buffered: readonly { start_s: number; end_s: number }[];
  failure: SourceFailure | null;
  /** Drift samples of the last seconds, absolute, for the pill. */
  drifts_ms: readonly number[];
}

export interface DriverPorts {
  /** Server time in ms, null before the clock is known. */
  serverNow(): number | null;
  round_trip_ms(): number | null;
  ready(ready: boolean, revision: number): void;
  status(status: Status): void;
  /** A ticket was refused or its stream is away: the caller fetches another and calls `load`. */
  refused(): void;
}

export interface Driver {
  view: StoreApi<DriverView>;
  apply(timeline: Timeline): void;
  load(url: string | null): void;
  /** After a rejoin: readiness and status are told again. */
  forget(): void;
  setMuted(muted: boolean): void;
  setVolume(volume: number): void;
  pictureInPicture(): Promise<void>;
  position(): number;
  expected(): number | null;
  /** Seconds ahead of the room (negative: behind); null while nothing plays. */
  drift(): number | null;
  motion(): "stopped" | "starting" | "running";
  destroy(): void;
}

const TICK_MS = 50;
const CONTROL_EVERY_MS = 250;
const WINDOW_MS = 1_000;
const WINDOW_AFTER_START_MS = 250;
const READY_BUFFER_S = 2;
const EXACT_S = 0.001;
const START_SLACK_S = 0.25;
/** A seek into what is loaded is cheap: a start is aimed this closely, a few times at most. */
const AIM_SLACK_S = 0.06;
const AIMS = 3;
/** A player that cannot land exactly is left alone after so many tries. */
const HOLD_TRIES = 3;
/** A start is aimed a little ahead, and waits there for its moment. */
const MARGIN_S = 0.1;
const WAIT_AHEAD_S = 0.6;
const RETRY_PLAY_MS = 1_000;
const RESEEK_MS = 2_000;
const STALLED_AFTER_MS = 200;
const DRIFTS_KEPT_MS = 5_000;

export function createDriver(video: HTMLVideoElement, ports: DriverPorts): Driver {
  const own = () => performance.now();
  const view = createStore<DriverView>(() => ({
    muted: video.muted,
    volume: video.volume,
    sound_blocked: false,
    stalled: false,
    buffered: [],
    failure: null,
    drifts_ms: [],
  }));

  let timeline: Timeline | null = null;
  /** Accepted, but not in force before its `as_of_ms`; the element still follows the one before. */
  let coming: Timeline | null = null;
  let source: Source | null = null;
  let source_url: string | null = null;
  let attached_url: string | null = null;
  let generation = 0;
  let motion: "stopped" | "starting" | "running" = "stopped";
  let started_at = 0;
  let play_at = 0;
  let play_from_s = 0;
  let seek_at = Number.NEGATIVE_INFINITY;
  let seeking_cost_from: number | null = null;
  let corrected_at: number | null = null;
  let samples: ErrorSample[] = [];
  let drifts: { at: number; ms: number }[] = [];
  let controlled_at = 0;
  let moved_at = 0;
  let moved_to_s = -1;
  let held_at = "";
  let held_tries = 0;
  let aims = 0;
  let refused_at = Number.NEGATIVE_INFINITY;
  const cost = { start_audible_s: 0.076, start_muted_s: 0.04, seek_s: 0.06 };
  const reporter = createReporter(ports, own);
  let timer: ReturnType<typeof setTimeout> | undefined;

  const startCost = () => (video.muted ? cost.start_muted_s : cost.start_audible_s);
  const usable = () => source_url !== null && video.readyState >= 1;

  function length(): number {
    const own_s = Number.isFinite(video.duration) ? video.duration : Number.POSITIVE_INFINITY;
    return Math.min(own_s, timeline?.duration_s || Number.POSITIVE_INFINITY);
  }

  const isBuffered = (position_s: number) => holds(video.buffered, position_s);
  const bufferedAhead = () => aheadOf(video.buffered, video.currentTime);

  /** At least 2 s, or all that is left (SPEC PB-10). */
  function enough(): boolean {
    const left_s = length() - video.currentTime;
    return bufferedAhead() >= Math.min(READY_BUFFER_S, Math.max(0, left_s - 0.25));
  }

  function seekTo(position_s: number, measured: boolean): void {
    seek_at = own();
    seeking_cost_from = measured ? seek_at : null;
    samples = [];
    video.currentTime = Math.min(Math.max(0, position_s), Math.max(0, length() - 0.01));
  }

  function stop(): void {
    if (!video.paused) video.pause();
    if (motion !== "stopped") samples = [];
    motion = "stopped";
    setStalled(false);
  }

  function setStalled(stalled: boolean): void {
    if (view.getState().stalled !== stalled) view.setState({ stalled });
  }

  function tellReady(ready: boolean): void {
    if (timeline) reporter.ready(ready, timeline.epoch, timeline.revision);
  }

  /** Standing: paused on exactly the timeline's position (SPEC PB-8). */
  function hold(head: Timeline): void {
    stop();
    if (video.seeking) return;
    const target_s = Math.min(head.position_s, Math.max(0, length() - 0.01));
    const off_s = Math.abs(video.currentTime - target_s);
    const place = `${head.epoch} ${head.revision}`;
    if (held_at !== place) held_tries = 0;
    const worth_it = held_tries < HOLD_TRIES || off_s > 0.05;
    const again = worth_it && own() - seek_at > RESEEK_MS;
    if (off_s > EXACT_S && (held_tries === 0 || again)) {
      held_at = place;
      held_tries += 1;
      seekTo(target_s, false);
      return;
    }
    if (off_s < 0.05 && enough()) tellReady(true);
    else if (off_s >= 0.05) tellReady(false);
  }

  function play(): void {
    play_at = own();
    play_from_s = video.currentTime;
    motion = "starting";
    video.playbackRate = timeline?.rate ?? 1;
    video.play().catch((refusal: unknown) => {
      const name = (refusal as { name?: string }).name;
      if (name === "NotAllowedError" && !video.muted) {
        // The party goes on without sound rather than not at all.
        video.muted = true;
        view.setState({ muted: true, sound_blocked: true });
        play();
        return;
      }
      motion = "stopped";
      if (name !== "AbortError") refused_at = own();
    });
    watchFrames();
  }

  function watchFrames(): void {
    watchStart();
    if (motion === "starting" && own() - play_at < 5_000) requestAnimationFrame(watchFrames);
  }

  /** Notices the first movement, and learns how long it took (SPEC DRV-4). */
  function watchStart(): void {
    if (motion !== "starting") return;
    const moved_s = video.currentTime - play_from_s;
    if (moved_s <= 0) return;
    const took_s = (own() - play_at) / 1000 - moved_s / video.playbackRate;
    if (moved_s > 2) {
      // A hole was skipped, or timers were held back: it moves, and teaches nothing.
    } else if (video.muted) cost.start_muted_s = learned(cost.start_muted_s, took_s, 0.5);
    else cost.start_audible_s = learned(cost.start_audible_s, took_s, 0.5);
    motion = "running";
    aims = 0;
    started_at = own();
    samples = [];
    setStalled(false);
  }

  /** Not moving yet although the room plays: get to the place, then start on time. */
  function start(head: Timeline, now_ms: number): void {
    const lead_s = startCost();
    const late_ms = now_ms + lead_s * 1000 - head.as_of_ms;
    if (video.seeking) return;
    if (late_ms < 0) {
      const off_s = Math.abs(video.currentTime - head.position_s);
      if (off_s > EXACT_S && own() - seek_at > 150) seekTo(head.position_s, false);
      schedule(-late_ms);
      return;
    }
    const aim_s = positionAt(head, now_ms + lead_s * 1000);
    if (aim_s >= head.duration_s) return hold({ ...head, position_s: head.duration_s });
    const ahead_s = video.currentTime - aim_s;
    if (ahead_s > EXACT_S && ahead_s <= WAIT_AHEAD_S && video.readyState >= 3) {
      schedule((ahead_s / head.rate) * 1000);
      return;
    }
    const slack_s = isBuffered(aim_s) && aims < AIMS ? AIM_SLACK_S : START_SLACK_S;
    if (Math.abs(ahead_s) > slack_s) {
      if (own() - seek_at < RESEEK_MS && !isBuffered(aim_s)) return setStalled(true);
      if (own() - seek_at > 150) {
        aims += 1;
        seekTo(aim_s + (cost.seek_s + MARGIN_S) * head.rate, true);
      }
      return;
    }
    if (video.readyState < 3) {
      if (own() - seek_at > 600) setStalled(true);
      return;
    }
    if (own() - refused_at > RETRY_PLAY_MS) play();
  }

  function follow(head: Timeline, now_ms: number): void {
    if (motion === "running" && video.paused && !video.ended) {
      motion = "stopped";
      refused_at = own();
    }
    if (motion === "starting") {
      watchStart();
      if (motion === "starting" && own() - play_at > 1_500) {
        setStalled(video.readyState < 3);
        if (video.paused) motion = "stopped";
      }
      return;
    }
    if (motion === "stopped") return start(head, now_ms);
    if (notMoving()) return;
    sample(head, now_ms);
    if (enough()) tellReady(true);
    if (own() - controlled_at >= CONTROL_EVERY_MS) correct(head, now_ms);
  }

  /** Watches the clock of the element; a stall is told, the room decides what it means. */
  function notMoving(): boolean {
    const at_s = video.currentTime;
    if (at_s !== moved_to_s) {
      const resumed = view.getState().stalled;
      moved_to_s = at_s;
      moved_at = own();
      if (resumed && !video.seeking) {
        setStalled(false);
        samples = [];
        started_at = own();
      }
      noteSeek();
      return video.seeking;
    }
    const stalled = own() - moved_at > STALLED_AFTER_MS && video.readyState < 3 && !video.ended;
    if (stalled) setStalled(true);
    return true;
  }

  function noteSeek(): void {
    if (seeking_cost_from === null || video.seeking) return;
    cost.seek_s = learned(cost.seek_s, (own() - seeking_cost_from) / 1000, 1);
    seeking_cost_from = null;
  }

  function sample(head: Timeline, now_ms: number): void {
    const at_s = video.currentTime;
    const at_ms = own();
    const error_s = at_s - positionAt(head, now_ms);
    samples.push({ at_ms, error_s, trim: video.playbackRate - head.rate });
    const window = at_ms - started_at < WINDOW_MS ? WINDOW_AFTER_START_MS : WINDOW_MS;
    samples = samples.filter((each) => at_ms - each.at_ms <= window);
  }

  function correct(head: Timeline, now_ms: number): void {
    const at_ms = own();
    controlled_at = at_ms;
    const error_s = presentError(samples, at_ms);
    if (error_s === null || samples.length < 3) return;
    drifts = [
      ...drifts.filter((d) => at_ms - d.at < DRIFTS_KEPT_MS),
      { at: at_ms, ms: error_s * 1000 },
    ];
    view.setState({ drifts_ms: drifts.map((each) => Math.abs(each.ms)) });
    const expected_s = positionAt(head, now_ms);
    const action = control({
      error_s,
      expected_s,
      room_rate: head.rate,
      since_start_s: (at_ms - started_at) / 1000,
      target_buffered: Math.abs(error_s) < 0.5 || isBuffered(expected_s),
      since_seek_s: corrected_at === null ? null : (at_ms - corrected_at) / 1000,
      seek_cost_s: cost.seek_s,
    });
    if (action.kind === "seek") {
      corrected_at = at_ms;
      started_at = at_ms;
      seekTo(action.position_s, true);
    }
    setRate(action.rate, head.rate);
  }

  /** Small trims shift the pitch inaudibly and exactly; large ones keep the pitch. */
  function setRate(rate: number, room_rate: number): void {
    if (Math.abs(video.playbackRate - rate) < 1e-5) return;
    const keep_pitch = room_rate !== 1 || Math.abs(rate - room_rate) > 0.01;
    if (video.preservesPitch !== keep_pitch) video.preservesPitch = keep_pitch;
    video.playbackRate = rate;
  }

  function schedule(in_ms: number): void {
    clearTimeout(timer);
    if (in_ms <= TICK_MS * 2) timer = setTimeout(tick, Math.max(0, in_ms));
  }

  /** May the element go on as it is until the new timeline is in force? */
  function goesOnInto(next: Timeline, now_ms: number): boolean {
    if (motion !== "running" || timeline?.state !== "playing" || next.as_of_ms <= now_ms) {
      return false;
    }
    if (next.item?.rating_key !== timeline.item?.rating_key) return false;
    if (next.state === "paused" || (next.state === "waiting" && next.cause === "stall"))
      return true;
    const then_s = positionAt(timeline, next.as_of_ms);
    return next.state === "playing" && Math.abs(then_s - next.position_s) < START_SLACK_S;
  }

  function enforce(next: Timeline): void {
    const same_run =
      motion === "running" && timeline?.state === "playing" && next.state === "playing";
    const jump =
      !same_run || Math.abs(video.currentTime - positionAt(next, next.as_of_ms)) > START_SLACK_S;
    timeline = next;
    coming = null;
    corrected_at = null;
    samples = [];
    attach();
    if (next.state === "playing" && jump && motion === "running") stop();
    if (same_run && !jump) started_at = own();
  }

  function tick(): void {
    const now_ms = ports.serverNow();
    if (!timeline || now_ms === null) return;
    if (coming) {
      if (now_ms >= coming.as_of_ms) enforce(coming);
      else schedule(coming.as_of_ms - now_ms);
    }
    if (timeline.state === "idle") stop();
    else if (usable()) {
      if (timeline.state === "playing") follow(timeline, now_ms);
      else hold(timeline);
    }
    if (timeline.state !== "playing" && drifts.length > 0) {
      drifts = [];
      view.setState({ drifts_ms: [] });
    }
    report();
  }

  function report(): void {
    if (!timeline) return;
    const drift = driver.drift();
    const rtt = ports.round_trip_ms();
    reporter.status({
      buffered_s: Math.round(bufferedAhead() * 10) / 10,
      stalled: view.getState().stalled,
      drift_ms: drift === null ? null : Math.round(drift * 10_000) / 10,
      rtt_ms: rtt === null ? null : Math.round(rtt),
      revision: timeline.revision,
      position_s: Math.round(video.currentTime * 1000) / 1000,
    });
  }

  const showBuffered = () => view.setState({ buffered: listed(video.buffered) });

  function failed(failure: SourceFailure): void {
    if (failure !== "refused") view.setState({ failure });
    if (failure === "refused" || failure === "unreachable") ports.refused();
  }

  function load(url: string | null): void {
    generation += 1;
    source?.detach();
    source = null;
    source_url = url;
    attached_url = null;
    motion = "stopped";
    samples = [];
    view.setState({ failure: null, buffered: [], stalled: false });
    attach();
  }

  /** Where to begin is known only with the timeline: without it the film's start would be fetched. */
  function attach(): void {
    const url = source_url;
    if (url === null || attached_url === url || !timeline) return;
    attached_url = url;
    const mine = generation;
    const start_s = driver.expected() ?? timeline.position_s;
    void attachSource(video, url, start_s, (failure) => mine === generation && failed(failure))
      .then((attached) => {
        if (mine === generation) source = attached;
        else attached.detach();
      })
      .catch(() => mine === generation && view.setState({ failure: "unreachable" }));
  }

  const settled = () => {
    noteSeek();
    tick();
  };
  const ticking = setInterval(tick, TICK_MS);
  const listeners: [string, () => void][] = [
    ["progress", showBuffered],
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
    forget: reporter.forget,
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
    position: () => video.currentTime,
    expected() {
      const now_ms = ports.serverNow();
      return timeline && now_ms !== null ? positionAt(timeline, now_ms) : null;
    },
    drift() {
      if (motion !== "running" || timeline?.state !== "playing") return null;
      return presentError(samples, own());
    },
    motion: () => motion,
    destroy() {
      clearInterval(ticking);
      clearTimeout(timer);
      for (const [name, listen] of listeners) video.removeEventListener(name, listen);
      load(null);
      video.pause();
    },
  };
  return driver;
}
