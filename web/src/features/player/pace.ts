/** How quickly pieces come one after the other, whoever is slow: the line, the server, or Plex. */

/** What a start needs loaded, so that it does not run dry at once (SPEC PB-10, PB-31). */
export const START_S = 2;
/** Enough for who has the next piece before that is over. */
const START_AT_EASE_S = 1;
const LATELY = 4;

export function createPace() {
  let last_index = Number.NaN;
  let took_lately_ms: number[] = [];

  return {
    /**
     * What has come whole: its number in the playlist, and how long it took from asking. One that
     * follows nothing may have waited for a conversion to begin, and does not tell.
     */
    came(index: number, took_ms: number) {
      if (index === last_index + 1) took_lately_ms = [...took_lately_ms, took_ms].slice(-LATELY);
      last_index = index;
    },
    /** Seconds. */
    start_s(): number {
      const at_ease =
        took_lately_ms.length > 0 && Math.max(...took_lately_ms) <= START_AT_EASE_S * 1000;
      return at_ease ? START_AT_EASE_S : START_S;
    },
  };
}
