/**
 * What a start and a seek cost on this device, learned from each and kept for the next visit
 * (SPEC DRV-4). Seconds between asking and a moving clock.
 */
import { keep, kept } from "@/lib/kept";
import { remembered, typical } from "@/sync/drift";

/**
 * A start takes longest with sound, less when the sound device has come to rest (`rested`), less
 * again when muted, next to nothing without a sound track; a seek takes one time standing, and
 * another (`jump`) on the move.
 */
export type Kind = "audible" | "rested" | "muted" | "silent" | "seek" | "jump";

export interface Costs {
  of(kind: Kind): number;
  learn(kind: Kind, measured_s: number): void;
}

/** Chromium's, each within some 10 ms. */
const USUAL_S: Record<Kind, number> = {
  audible: 0.082,
  rested: 0.052,
  muted: 0.041,
  silent: 0.001,
  seek: 0.06,
  jump: 0.1,
};
const LIMIT_S: Record<Kind, number> = {
  audible: 0.5,
  rested: 0.5,
  muted: 0.5,
  silent: 0.5,
  seek: 1,
  jump: 1,
};
const KEY = "costs";

export function createCosts(): Costs {
  const known = before();
  return {
    of: (kind) => typical(known[kind]),
    learn(kind, measured_s) {
      known[kind] = remembered(known[kind], measured_s, LIMIT_S[kind]);
      keep(KEY, JSON.stringify(known));
    },
  };
}

/** What earlier visits measured, as far as it can be read; what is usual otherwise. */
function before(): Record<Kind, number[]> {
  let read: Partial<Record<Kind, unknown>> = {};
  try {
    read = JSON.parse(kept(KEY) ?? "{}") as typeof read;
  } catch {
    // Whatever stands there is not ours: begin anew.
  }
  const known = (kind: Kind): number[] => {
    const past = read?.[kind];
    const fits = (each: unknown) => typeof each === "number" && each >= 0 && each <= LIMIT_S[kind];
    const sound = Array.isArray(past) && past.length > 0 && past.every(fits);
    return sound ? past : [USUAL_S[kind]];
  };
  return {
    audible: known("audible"),
    rested: known("rested"),
    muted: known("muted"),
    silent: known("silent"),
    seek: known("seek"),
    jump: known("jump"),
  };
}
