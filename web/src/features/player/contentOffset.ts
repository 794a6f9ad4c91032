/**
 * Where a source shows the film's beginning on the element's clock. A packager may start the sound
 * before the picture, and the player then counts from the sound: `currentTime` agrees with another
 * page while the pictures are a frame apart (SPEC DRV-7). Pure; seconds.
 */

export interface ContentOffset {
  /** The playlist's own durations: where each segment begins in the film. */
  cut(durations_s: readonly number[]): void;
  /** The first picture of a segment came at this place of the element's clock. */
  seen(segment: number, picture_s: number): void;
  value_s(): number;
}

/** Beyond this the playlist does not say where its segments begin. */
const BELIEVED_S = 0.5;

/**
 * A segment's first picture comes at its beginning or up to a frame later: the smallest difference
 * of all segments is the source's own.
 */
export function createContentOffset(): ContentOffset {
  let starts_s: number[] = [];
  let smallest_s: number | null = null;
  return {
    cut(durations_s) {
      if (starts_s.length === durations_s.length) return;
      let at_s = 0;
      starts_s = durations_s.map((duration_s) => {
        at_s += duration_s;
        return at_s - duration_s;
      });
      smallest_s = null;
    },
    seen(segment, picture_s) {
      const start_s = starts_s[segment];
      if (start_s === undefined) return;
      const apart_s = picture_s - start_s;
      if (Math.abs(apart_s) > BELIEVED_S) return;
      smallest_s = smallest_s === null ? apart_s : Math.min(smallest_s, apart_s);
    },
    value_s: () => smallest_s ?? 0,
  };
}
