/**
 * Commands that are not acknowledged yet. Pure: decides what is sent again after a reconnection,
 * always by the same id (SPEC LOG-7), and what has become too old to mean anything.
 */

export interface Pending {
  id: string;
  event: string;
  payload: Record<string, unknown>;
  asked_at_ms: number;
}

/** How long a command still means what its author meant, by the prefix of its event. */
const LIFETIME_MS: Record<string, number> = { playback: 6_000, wait: 6_000, check: 6_000 };
const DEFAULT_LIFETIME_MS = 60_000;

export function lifetime(event: string): number {
  return LIFETIME_MS[event.split(":")[0] ?? ""] ?? DEFAULT_LIFETIME_MS;
}

/** Splits what is unacknowledged into what to send again, in order, and what to give up. */
export function afterReconnect(pending: readonly Pending[], now_ms: number) {
  const fresh = (each: Pending) => now_ms - each.asked_at_ms < lifetime(each.event);
  return { again: pending.filter(fresh), given_up: pending.filter((each) => !fresh(each)) };
}
