/**
 * What a start and a seek cost on this device, learned from each and kept for the next visit
 * (SPEC DRV-4). Seconds between asking and a moving clock.
 */
import { keep, kept } from "@/lib/kept";
import { learned } from "@/sync/drift";

/**
 * A start takes longest with sound, less when muted, next to nothing without a sound track; a seek
 * takes one time standing, and another (`jump`) on the move.
 */
export type Kind = "audible" | "muted" | "silent" | "seek" | "jump";

export interface Costs {
  of(kind: Kind): number;
  learn(kind: Kind, measured_s: number): void;
}

const USUAL_S: Record<Kind, number> = {
  audible: 0.076,
  muted: 0.04,
  silent: 0.001,
  seek: 0.06,
  jump: 0.1,
};
const LIMIT_S: Record<Kind, number> = { audible: 0.5, muted: 0.5, silent: 0.5, seek: 1, jump: 1 };
const KEY = "costs";
/** Beyond this a new measurement counts no less. */
const COUNT_MAX = 10;

interface Known {
  cost_s: number;
  count: number;
}

export function createCosts(): Costs {
  const known = remembered();
  return {
    of: (kind) => known[kind].cost_s,
    learn(kind, measured_s) {
      const { cost_s, count } = known[kind];
      known[kind] = {
        cost_s: learned(cost_s, measured_s, LIMIT_S[kind], count),
        count: Math.min(count + 1, COUNT_MAX),
      };
      keep(KEY, JSON.stringify(known));
    },
  };
}

/** What earlier visits learned, as far as it can be read. */
function remembered(): Record<Kind, Known> {
  const usual = (kind: Kind): Known => ({ cost_s: USUAL_S[kind], count: 0 });
  let read: Record<string, Partial<Known>> = {};
  try {
    read = JSON.parse(kept(KEY) ?? "{}") as typeof read;
  } catch {
    // Whatever stands there is not ours: begin anew.
  }
  const known = (kind: Kind): Known => {
    const { cost_s, count } = read[kind] ?? {};
    const fits = typeof cost_s === "number" && cost_s >= 0 && cost_s <= LIMIT_S[kind];
    return fits && typeof count === "number" && count >= 0 ? { cost_s, count } : usual(kind);
  };
  return {
    audible: known("audible"),
    muted: known("muted"),
    silent: known("silent"),
    seek: known("seek"),
    jump: known("jump"),
  };
}
