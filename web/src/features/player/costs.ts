/**
 * What a start and a seek cost on this device, learned from each and kept for the next visit
 * (SPEC DRV-4). Seconds between asking and a moving clock.
 */
import { keep, kept } from "@/lib/kept";
import { learned } from "@/sync/drift";

/** A start takes longest with sound, less when muted, next to nothing without a sound track. */
export type Kind = "audible" | "muted" | "silent" | "seek";

export interface Costs {
  of(kind: Kind): number;
  learn(kind: Kind, measured_s: number): void;
}

const USUAL_S: Record<Kind, number> = { audible: 0.076, muted: 0.04, silent: 0.001, seek: 0.06 };
const LIMIT_S: Record<Kind, number> = { audible: 0.5, muted: 0.5, silent: 0.5, seek: 1 };
const KEY = "costs";

export function createCosts(): Costs {
  const known = { ...USUAL_S, ...remembered() };
  return {
    of: (kind) => known[kind],
    learn: (kind, measured_s) => {
      known[kind] = learned(known[kind], measured_s, LIMIT_S[kind]);
      keep(KEY, JSON.stringify(known));
    },
  };
}

/** What an earlier visit learned, as far as it can be read. */
function remembered(): Partial<Record<Kind, number>> {
  try {
    const read = JSON.parse(kept(KEY) ?? "{}") as Record<string, unknown>;
    const fits = (kind: Kind) => {
      const value = read[kind];
      return typeof value === "number" && value >= 0 && value <= LIMIT_S[kind];
    };
    const kinds = (Object.keys(USUAL_S) as Kind[]).filter(fits);
    return Object.fromEntries(kinds.map((kind) => [kind, read[kind] as number]));
  } catch {
    return {};
  }
}
