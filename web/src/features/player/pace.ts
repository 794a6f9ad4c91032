/** How quickly pieces come one after the other, whoever is slow: the line, the server, or Plex. */

interface Piece {
  /** Its number in the playlist. */
  index: number;
  duration_s: number;
  /** From asking until it was whole. */
  took_ms: number;
}

/** What a start needs loaded, so that it does not run dry at once (SPEC PB-10, PB-31). */
export const START_S = 2;
const START_AT_EASE_S = 1;
/** Who loads in this share of the time that it plays is at ease. */
const AT_EASE = 0.5;
const LATELY = 4;

export function createPace() {
  let last_index = Number.NaN;
  let shares: number[] = [];

  return {
    /** One that follows nothing may have waited for a conversion to begin, and does not tell. */
    came({ index, duration_s, took_ms }: Piece) {
      if (index === last_index + 1) {
        shares = [...shares, took_ms / (1000 * duration_s)].slice(-LATELY);
      }
      last_index = index;
    },
    /** Seconds. */
    start_s(): number {
      return shares.length > 0 && Math.max(...shares) <= AT_EASE ? START_AT_EASE_S : START_S;
    },
  };
}
