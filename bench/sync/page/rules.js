/**
 * How other programs keep a player near its place, by their own constants. A rule is asked while
 * the film plays, and answers with a rate, a place to seek to, or nothing. Times in ms; `error_ms`
 * is positive when the player is ahead.
 */

/** Nothing after the start. */
const none = () => ({ every_ms: 1_000, scheduled: true, ask: () => null });

/**
 * Plezy: 350 ms are accepted, then 4 % faster or slower, and beyond 2 s a seek that is aimed ahead
 * by what the last one cost, and given time.
 */
function plezy() {
  let sought_at = Number.NEGATIVE_INFINITY;
  return {
    every_ms: 500,
    scheduled: true,
    ask({ error_ms, at_ms, expected_s, seek_cost_ms }) {
      if (Math.abs(error_ms) > 2_000 && at_ms - sought_at > 5_000) {
        sought_at = at_ms;
        return { seek_s: expected_s + seek_cost_ms / 1_000 };
      }
      return { rate: Math.abs(error_ms) > 350 ? 1 - Math.sign(error_ms) * 0.04 : 1 };
    },
  };
}

/**
 * Jellyfin's SyncPlay with its correction switched on, which it is not by default: within 60 ms to
 * 3 s the rate that makes it up in one second, beyond 400 ms a seek where that does not serve.
 */
function jellyfin() {
  let busy_until = 0;
  return {
    every_ms: 250,
    scheduled: true,
    ask({ error_ms, at_ms, expected_s }) {
      if (at_ms < busy_until) return null;
      const off_ms = Math.abs(error_ms);
      if (off_ms >= 60 && off_ms < 3_000) {
        const within_ms = error_ms >= 200 ? Math.max(1_000, off_ms / 0.8) : 1_000;
        busy_until = at_ms + within_ms;
        return { rate: 1 - error_ms / within_ms, for_ms: within_ms };
      }
      if (off_ms >= 400) {
        busy_until = at_ms + 1_500;
        return { seek_s: expected_s };
      }
      return { rate: 1 };
    },
  };
}

/**
 * SyncLounge: plays on hearing that the others do; what is less than 3 s apart stays apart, up to
 * 10 s goes by half or one and a half of the speed, more by a seek.
 */
const synclounge = () => ({
  every_ms: 1_000,
  scheduled: false,
  ask({ error_ms, expected_s }) {
    const off_ms = Math.abs(error_ms);
    if (off_ms > 10_000) return { seek_s: expected_s };
    return { rate: off_ms > 3_000 ? 1 - Math.sign(error_ms) * 0.5 : 1 };
  },
});

export const rules = { none, plezy, jellyfin, synclounge };
