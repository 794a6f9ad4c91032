/**
 * Does this player do what its rate says? Watched while a trim is held, and remembered
 * (SPEC DRV-10). Pure; held to `protocol/vectors/actuation.json`.
 */
import type { Actuation } from "./controller";

export interface ActuationState {
  actuation: Actuation;
  /** The trim that is being held, since when, and the error then; null while there is none. */
  trial: { trim: number; at_ms: number; error_s: number } | null;
  /** Trials in a row that moved nothing. */
  failures: number;
}

export const obedient: ActuationState = { actuation: "fine", trial: null, failures: 0 };

/** Trials that must fail before a player is given up on. */
const FAILURES = 3;
/** A trial is long enough when it should have moved the film by this much. */
const WORTH_S = 0.012;
const MIN_TRIM = 0.0015;
/** Less than this part of what was due counts as nothing. */
const MOVED = 0.35;
const SAME_TRIM = 0.0005;

/** Takes in the error now and the trim that is set from now on. */
export function watched(
  state: ActuationState,
  now: { trim: number; at_ms: number; error_s: number },
): ActuationState {
  const { trial } = state;
  if (state.actuation === "none") return state;
  const begun = { ...state, trial: Math.abs(now.trim) < MIN_TRIM ? null : now };
  if (trial === null) return begun;
  const due_s = (trial.trim * (now.at_ms - trial.at_ms)) / 1000;
  const over = Math.abs(now.trim - trial.trim) > SAME_TRIM;
  if (Math.abs(due_s) < WORTH_S) return over ? begun : state;
  const moved = (now.error_s - trial.error_s) / due_s;
  if (moved >= MOVED) return { ...begun, failures: 0 };
  const failures = state.failures + 1;
  if (failures < FAILURES) return { ...begun, failures };
  return { actuation: state.actuation === "fine" ? "coarse" : "none", trial: null, failures: 0 };
}
