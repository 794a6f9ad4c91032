/**
 * Moves one element along the room's timeline: gets it to its place, starts it on time, keeps it
 * there (SPEC DRV). Called at every tick; what is in force, and when to tick, is the driver's.
 */
import type { Timeline } from "@/lib/types";
import { obedient, watched } from "@/sync/actuation";
import { atRest, control } from "@/sync/controller";
import { type ErrorSample, type PresentError, presentError } from "@/sync/drift";
import { positionAt } from "@/sync/timeline";
import type { Costs } from "./costs";
import type { Element, Reading } from "./element";

export type Motion = "stopped" | "starting" | "running";

interface Ports {
  element: Element;
  costs: Costs;
  own: () => number;
  /** Seconds of film: the item's length, as far as the source has it. */
  length: () => number;
  stalled: (stalled: boolean) => void;
  ready: (ready: boolean) => void;
  /** Another tick is wanted in so many ms. */
  again: (in_ms: number) => void;
  /** The browser may refuse to play: with sound, or at all. True when it should be tried again. */
  refused: (name: string) => boolean;
  /** A corrective seek was made. */
  sought: () => void;
  /** The error as just judged, for showing. */
  judged: (error_s: number) => void;
}

export type Follower = ReturnType<typeof createFollower>;

export const START_S = 3;
const CONTROL_EVERY_MS = 250;
const CONTROL_AT_START_MS = 70;
const WINDOW_MS = 1_000;
const WINDOW_AT_START_MS = 250;
const SAMPLES_MIN = 3;
/** Timers are held back: what little is known is acted on. */
const SPARSE_MS = 600;
/** What is loaded is decoded by then, or the player does not say. */
const DECODED_AFTER_MS = 1_000;
const EXACT_S = 0.001;
const PLACED_S = 0.05;
/** A start further off than this needs a seek first. */
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
const SETTLE_MS = 150;
const BUFFERING_AFTER_MS = 600;
const STALLED_AFTER_MS = 200;
const GIVE_UP_START_MS = 1_500;
const TEACHES_S = 2;
/**
 * For so long after its start the element's clock shows what is not so: it moves at once by a
 * buffer's length, and stands still until the sound is really heard.
 */
const SETTLES_MS = 40;
const FRESH_MS = 500;
/** A start may be followed by so many, a corrective seek by none. */
const JUMPS = 2;
/** A jump wants so much loaded behind its target. */
const JUMPS_INTO_S = 1;

export function createFollower(ports: Ports) {
  const { element, costs, own } = ports;
  let motion: Motion = "stopped";
  let play_at = Number.NEGATIVE_INFINITY;
  let play_from_s = 0;
  let play_kind = element.kind();
  let started_at = 0;
  let settles_at = 0;
  let untaught = false;
  let seek_at = Number.NEGATIVE_INFINITY;
  let seeking_since: number | null = null;
  let corrected_at: number | null = null;
  /** A corrective seek is under way or was just made, aimed ahead by this. */
  let jumps_left = 0;
  let jump: { cost_s: number; landed: boolean } | null = null;
  let controlled_at = 0;
  let state = atRest;
  let actuation = obedient;
  let samples: ErrorSample[] = [];
  let moved = { at: 0, to_s: -1 };
  let held = { place: "", tries: 0 };
  let aims = 0;
  let enough_since: number | null = null;
  let refused_at = Number.NEGATIVE_INFINITY;
  let is_stalled = false;

  function stalled(now: boolean): void {
    if (is_stalled !== now) ports.stalled(now);
    is_stalled = now;
  }

  function seek(position_s: number, measured: boolean): void {
    seek_at = own();
    seeking_since = measured ? seek_at : null;
    forget();
    element.seek(position_s, ports.length());
  }

  /** What was measured so far says nothing about what comes. */
  function forget(): void {
    samples = [];
    actuation = { ...actuation, trial: null };
  }

  /** Loaded, and decoded as far as the player tells before it plays (SPEC PB-10). */
  function prepared(at_s: number): boolean {
    enough_since = enough(at_s) ? (enough_since ?? own()) : null;
    if (enough_since === null) return false;
    return element.canGoOn() || own() - enough_since > DECODED_AFTER_MS;
  }

  function stop(): void {
    element.pause();
    if (motion !== "stopped") forget();
    motion = "stopped";
    stalled(false);
  }

  /** So much that it does not run dry at once, or all that is left (SPEC PB-10, PB-31). */
  function enough(at_s: number): boolean {
    const left_s = ports.length() - at_s;
    return element.ahead() >= Math.min(element.needed(), Math.max(0, left_s - 0.25));
  }

  /**
   * Standing: paused on exactly the timeline's position (SPEC PB-8), by a seek whenever it has
   * played: a start without one costs something else.
   */
  function hold(head: Timeline): void {
    stop();
    if (element.seeking()) return;
    const target_s = Math.min(head.position_s, Math.max(0, ports.length() - 0.01));
    const { at_s } = element.read();
    const off_s = Math.abs(at_s - target_s);
    const place = `${head.epoch} ${head.revision}`;
    if (held.place !== place) held = { place, tries: 0 };
    const worth_it = held.tries < HOLD_TRIES || off_s > PLACED_S;
    const misplaced = off_s > EXACT_S || seek_at < play_at;
    if (misplaced && (held.tries === 0 || (worth_it && own() - seek_at > RESEEK_MS))) {
      held.tries += 1;
      return seek(target_s, false);
    }
    if (off_s < PLACED_S && prepared(at_s)) ports.ready(true);
    else if (off_s >= PLACED_S) ports.ready(false);
  }

  function play(room_rate: number): void {
    element.setRate(room_rate, room_rate);
    play_at = own();
    play_from_s = element.read().at_s;
    play_kind = element.kind();
    motion = "starting";
    untaught = true;
    element.play().catch((refusal: unknown) => {
      const name = (refusal as { name?: string }).name ?? "";
      if (name !== "AbortError" && ports.refused(name)) return play(room_rate);
      if (motion === "starting") motion = "stopped";
      if (name !== "AbortError" || element.hidden()) refused_at = own();
    });
    watchFrames();
  }

  function watchFrames(): void {
    watchStart(element.read());
    if (motion === "starting" && own() - play_at < 5_000) requestAnimationFrame(watchFrames);
  }

  /** Notices the first movement. */
  function watchStart({ at_s, at_ms }: Reading): void {
    if (motion !== "starting" || at_s <= play_from_s) return;
    aims = 0;
    state = { ...state, mode: "rest" };
    run(at_ms, play_at + costs.of(play_kind) * 1000);
    stalled(false);
  }

  function run(at_ms: number, moves_at: number): void {
    motion = "running";
    started_at = at_ms;
    jump = null;
    jumps_left = JUMPS;
    settleBy(moves_at);
  }

  function settleBy(moves_at: number): void {
    settles_at = moves_at + SETTLES_MS;
    controlled_at = Number.NEGATIVE_INFINITY;
    forget();
  }

  /** The browser has set it moving by itself. */
  function adopt({ at_ms }: Reading): void {
    untaught = false;
    run(at_ms, at_ms);
  }

  /** How long the start took, read once the clock has settled and before any trim (SPEC DRV-4). */
  function learnStart({ at_s, at_ms }: Reading): void {
    if (!untaught) return;
    untaught = false;
    const moved_s = at_s - play_from_s;
    const took_s = (at_ms - play_at) / 1000 - moved_s / element.rate();
    // After a hole, or with timers held back, it moves and teaches nothing.
    if (moved_s < TEACHES_S) costs.learn(play_kind, took_s);
  }

  /** What a seek on the move really cost is what it was aimed ahead by, less what that was off. */
  function learnJump(error_s: number, room_rate: number): void {
    if (jump === null) return;
    costs.learn("jump", jump.cost_s - error_s / room_rate);
    jump = null;
  }

  /** Not moving yet although the room plays: get to the place, then start on time. */
  function start(head: Timeline, now_ms: number, at_s: number): void {
    const lead_s = costs.of(element.kind());
    const late_ms = now_ms + lead_s * 1000 - head.as_of_ms;
    if (element.seeking()) return;
    if (late_ms < 0) {
      if (Math.abs(at_s - head.position_s) > EXACT_S && own() - seek_at > SETTLE_MS) {
        seek(head.position_s, false);
      } else if (prepared(at_s)) ports.ready(true);
      return ports.again(-late_ms);
    }
    const aim_s = positionAt(head, now_ms + lead_s * 1000);
    if (aim_s >= head.duration_s) return hold({ ...head, position_s: head.duration_s });
    const ahead_s = at_s - aim_s;
    if (ahead_s > EXACT_S && ahead_s <= WAIT_AHEAD_S && element.canGoOn()) {
      return ports.again((ahead_s / head.rate) * 1000);
    }
    const slack_s = element.holds(aim_s) && aims < AIMS ? AIM_SLACK_S : START_SLACK_S;
    if (Math.abs(ahead_s) > slack_s) return approach(aim_s, head.rate);
    if (!element.canGoOn()) {
      if (own() - seek_at > BUFFERING_AFTER_MS) stalled(true);
      return;
    }
    if (own() - refused_at > RETRY_PLAY_MS) play(head.rate);
  }

  function approach(aim_s: number, room_rate: number): void {
    if (own() - seek_at < RESEEK_MS && !element.holds(aim_s)) return stalled(true);
    if (own() - seek_at <= SETTLE_MS) return;
    aims += 1;
    seek(aim_s + (costs.of("seek") + MARGIN_S) * room_rate, true);
  }

  function follow(head: Timeline, now_ms: number, reading: Reading): void {
    if (motion === "running" && element.paused() && !element.ended()) {
      motion = "stopped"; // the browser's own doing: repaired, never passed on (SPEC DRV-5)
      refused_at = own();
    }
    if (motion === "starting") {
      watchStart(reading);
      if (motion === "starting" && own() - play_at > GIVE_UP_START_MS) {
        stalled(!element.canGoOn());
        if (element.paused()) motion = "stopped";
      }
      return;
    }
    if (motion === "stopped" && element.paused()) {
      // What the browser has paused in the background stays so until it is seen (SPEC DRV-11).
      const left_alone = element.hidden() && refused_at > play_at;
      return left_alone ? undefined : start(head, now_ms, reading.at_s);
    }
    if (motion === "stopped") adopt(reading);
    if (notMoving(reading) || reading.at_ms < settles_at) return;
    sample(head, now_ms, reading);
    if (enough(reading.at_s)) ports.ready(true);
    correct(head, now_ms, reading);
  }

  const loadedAt = (at_s: number) => element.holds(at_s) && element.holds(at_s + JUMPS_INTO_S);

  /** Watches the clock of the element; a stall is told, the room decides what it means. */
  function notMoving({ at_s }: Reading): boolean {
    if (at_s !== moved.to_s) {
      moved = { at: own(), to_s: at_s };
      if (is_stalled && !element.seeking()) {
        stalled(false);
        run(own(), own());
      }
      if (jump?.landed === false && !element.seeking()) {
        jump.landed = true;
        settleBy(own() + costs.of(element.kind()) * 1000);
      }
      noteSeek();
      return element.seeking();
    }
    const too_long = own() - moved.at > STALLED_AFTER_MS;
    if (too_long && !element.canGoOn() && !element.ended()) {
      stalled(true);
      untaught = false;
    }
    return true;
  }

  function noteSeek(): void {
    if (seeking_since === null || element.seeking()) return;
    costs.learn("seek", (own() - seeking_since) / 1000);
    seeking_since = null;
  }

  function sample(head: Timeline, now_ms: number, { at_s, at_ms }: Reading): void {
    const error_s = at_s - positionAt(head, now_ms);
    samples.push({ at_ms, error_s, trim: element.rate() - head.rate });
    const window_ms = at_ms - started_at < WINDOW_MS ? WINDOW_AT_START_MS : WINDOW_MS;
    samples = samples.filter((each) => at_ms - each.at_ms <= window_ms);
  }

  function correct(head: Timeline, now_ms: number, reading: Reading): void {
    const { at_ms } = reading;
    const elapsed_ms = Math.min(at_ms - controlled_at, at_ms - started_at);
    const since_start_s = (at_ms - started_at) / 1000;
    const hurried = since_start_s < START_S || state.mode === "catch_up";
    if (elapsed_ms < (hurried ? CONTROL_AT_START_MS : CONTROL_EVERY_MS)) return;
    const present = presentError(samples, at_ms);
    if (present === null) return;
    if (present.count < SAMPLES_MIN && elapsed_ms < SPARSE_MS) return;
    learnStart(reading);
    learnJump(present.error_s, head.rate);
    controlled_at = at_ms;
    ports.judged(present.error_s);
    const expected_s = positionAt(head, now_ms);
    const { state: next, action } = control(state, {
      error_s: present.error_s,
      noise_s: present.noise_s,
      expected_s,
      room_rate: head.rate,
      since_start_s,
      elapsed_s: elapsed_ms / 1000,
      target_buffered: Math.abs(present.error_s) < 0.5 || element.holds(expected_s),
      can_jump: jumps_left > 0 && loadedAt(expected_s),
      since_seek_s: corrected_at === null ? null : (at_ms - corrected_at) / 1000,
      seek_cost_s: costs.of("jump"),
      actuation: actuation.actuation,
    });
    state = next;
    if (action.kind === "seek") {
      corrected_at = at_ms;
      jumps_left = since_start_s < START_S ? jumps_left - 1 : 0;
      if (since_start_s >= START_S) started_at = at_ms;
      ports.sought();
      jump = { cost_s: costs.of("jump"), landed: false };
      seek(action.position_s, false);
    } else {
      const trim = action.rate - head.rate;
      actuation = watched(actuation, { trim, at_ms, error_s: present.error_s });
    }
    element.setRate(action.rate, head.rate);
  }

  return {
    hold,
    follow,
    stop,
    noteSeek,
    /** Another timeline is in force; `jump` when the element cannot simply go on. */
    changed(jump: boolean) {
      corrected_at = null;
      forget();
      if (jump && motion === "running") stop();
    },
    /** Another source: nothing that was learned of the old one holds. */
    reset() {
      motion = "stopped";
      actuation = obedient;
      state = atRest;
      held = { place: "", tries: 0 };
      seek_at = Number.NEGATIVE_INFINITY;
      seeking_since = null;
      enough_since = null;
      forget();
      stalled(false);
    },
    motion: () => motion,
    actuation: () => actuation.actuation,
    /** It was started a moment ago: every few ms count. */
    fresh: () => own() - started_at < FRESH_MS,
    /** It runs and was started or corrected a short while ago. */
    hurried: () => own() - started_at < START_S * 1000 || state.mode === "catch_up",
    present: (): PresentError | null =>
      motion === "running" ? presentError(samples, own()) : null,
  };
}
