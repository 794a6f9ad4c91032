/**
 * Keeps one player on the room's timeline: an error goes in, a rate or a seek comes out
 * (SPEC DRV-6 to DRV-9). Pure: what it remembers goes out with each answer and comes in again with
 * the next question. Held to `protocol/vectors/controller.json`.
 */

/** What the player does with a rate: follows any, only coarse ones, or none (SPEC DRV-10). */
export type Actuation = "fine" | "coarse" | "none";

export interface ControlState {
  /** At rest within the dead band, trimming gently, or catching up. */
  mode: "rest" | "trim" | "catch_up";
  /** Trim that makes up for a sound device whose clock is not ours. */
  integral: number;
}

export const atRest: ControlState = { mode: "rest", integral: 0 };

export interface ControlInput {
  /** Element position − expected position, positive = ahead (SPEC DRV-1). */
  error_s: number;
  /** Standard deviation of `error_s`. */
  noise_s: number;
  expected_s: number;
  room_rate: number;
  since_start_s: number;
  /** Seconds since the last question. */
  elapsed_s: number;
  target_buffered: boolean;
  /** A seek from here would land in what is loaded, with something to go on with. */
  can_jump: boolean;
  /** Seconds since the last corrective seek; null when there was none since the timeline changed. */
  since_seek_s: number | null;
  /** Learned time between asking for a seek and a moving picture. */
  seek_cost_s: number;
  actuation: Actuation;
}

export type ControlAction =
  | { kind: "rate"; rate: number }
  | { kind: "seek"; position_s: number; rate: number };

export interface Controlled {
  state: ControlState;
  action: ControlAction;
}

const BAND = { in_s: 0.001, out_s: 0.0003, noises: 4 };
const TRIM = { over_s: 2, limit: 0.005 };
const CATCH_UP = {
  over_s: 0.3,
  beyond_s: 0.015,
  until_s: 0.0005,
  limit: 0.02,
  hurried_limit: 0.05,
  hurried_beyond_s: 0.1,
  /** In the first second nobody has settled in yet. */
  first_over_s: 0.2,
  first_limit: 0.3,
  first_s: 1,
};
const START_S = 3;
const INTEGRAL = { over_s: 20, within_s: 0.008, limit: 0.0005 };
const COARSE = { beyond_s: 0.02, until_s: 0.004, step: 0.02 };
/** Right after a start a jump is quicker than catching up, and nobody has settled in yet. */
const JUMP = { beyond_s: 0.08, within_s: 2, every_s: 1 };
const SEEK = { beyond_s: 1.5, every_s: 10, beyond_without_rate_s: 0.15, every_without_rate_s: 30 };
/** A rate that is held for long must not overshoot: a slow asker is moved by less. */
const LOOK_AHEAD = 2;

/** What to do about an error now. */
export function control(state: ControlState, input: ControlInput): Controlled {
  if (mustSeek(input)) {
    const position_s = input.expected_s + input.seek_cost_s * input.room_rate;
    return {
      state: { ...state, mode: "rest" },
      action: { kind: "seek", position_s, rate: input.room_rate },
    };
  }
  const mode = modeOf(state.mode, input);
  const integral = integrated(state, mode, input);
  const trim = trimOf(mode, integral, input);
  return {
    state: { mode, integral },
    action: { kind: "rate", rate: input.room_rate * (1 + trim) },
  };
}

function mustSeek(input: ControlInput): boolean {
  const { error_s, target_buffered, since_seek_s, actuation } = input;
  const off_s = Math.abs(error_s);
  const stiff = actuation === "none";
  const since_s = since_seek_s ?? Number.POSITIVE_INFINITY;
  if (input.can_jump && input.since_start_s < JUMP.within_s && off_s > JUMP.beyond_s) {
    return since_s >= JUMP.every_s;
  }
  const lost = off_s > (stiff ? SEEK.beyond_without_rate_s : SEEK.beyond_s) || !target_buffered;
  return lost && since_s >= (stiff ? SEEK.every_without_rate_s : SEEK.every_s);
}

function modeOf(mode: ControlState["mode"], input: ControlInput): ControlState["mode"] {
  const off_s = Math.abs(input.error_s);
  if (input.actuation === "none") return "rest";
  if (input.actuation === "coarse") {
    const edge_s = mode === "catch_up" ? COARSE.until_s : COARSE.beyond_s;
    return off_s > edge_s ? "catch_up" : "rest";
  }
  const in_s = Math.max(BAND.in_s, BAND.noises * input.noise_s);
  const out_s = (in_s / BAND.in_s) * BAND.out_s;
  const starting = input.since_start_s < START_S;
  if (mode === "catch_up" && off_s >= Math.max(CATCH_UP.until_s, out_s)) return "catch_up";
  if (off_s > (starting ? in_s : Math.max(CATCH_UP.beyond_s, in_s))) return "catch_up";
  if (mode === "trim") return off_s > out_s ? "trim" : "rest";
  return off_s > in_s ? "trim" : "rest";
}

function integrated(state: ControlState, mode: ControlState["mode"], input: ControlInput): number {
  const frozen =
    mode !== "trim" || Math.abs(input.error_s) > INTEGRAL.within_s || input.since_start_s < START_S;
  if (frozen) return state.integral;
  const change = (-input.error_s / TRIM.over_s) * (input.elapsed_s / INTEGRAL.over_s);
  return clamp(state.integral + change, INTEGRAL.limit);
}

function trimOf(mode: ControlState["mode"], integral: number, input: ControlInput): number {
  const { error_s, since_start_s, actuation } = input;
  const held_s = LOOK_AHEAD * input.elapsed_s;
  if (actuation === "coarse") {
    return mode === "catch_up" ? -Math.sign(error_s) * COARSE.step : 0;
  }
  if (mode === "rest") return actuation === "none" ? 0 : integral;
  if (mode === "trim")
    return integral + clamp(-error_s / Math.max(TRIM.over_s, held_s), TRIM.limit);
  const limit = haste(since_start_s, Math.abs(error_s));
  const over_s = since_start_s < CATCH_UP.first_s ? CATCH_UP.first_over_s : CATCH_UP.over_s;
  return integral + clamp(-error_s / Math.max(over_s, held_s), limit);
}

/** How far from the room's rate a catch-up may be. */
function haste(since_start_s: number, off_s: number): number {
  if (since_start_s < CATCH_UP.first_s) return CATCH_UP.first_limit;
  const hurried = since_start_s < START_S || off_s > CATCH_UP.hurried_beyond_s;
  return hurried ? CATCH_UP.hurried_limit : CATCH_UP.limit;
}

function clamp(value: number, limit: number): number {
  return Math.min(Math.max(value, -limit), limit);
}
