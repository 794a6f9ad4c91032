/** What is loaded, read from the element's ranges. Positions in seconds. Pure. */

/** Chromium's ranges begin a little after the position that was asked for. */
const SLACK_AT_START_S = 0.1;
const SLACK_HERE_S = 0.3;

/** Is the position inside a loaded range? */
export function holds(ranges: TimeRanges, position_s: number): boolean {
  for (let i = 0; i < ranges.length; i++) {
    const begins = ranges.start(i) - SLACK_AT_START_S <= position_s;
    if (begins && position_s < ranges.end(i)) return true;
  }
  return false;
}

/** Seconds loaded ahead of the position. */
export function aheadOf(ranges: TimeRanges, position_s: number): number {
  for (let i = 0; i < ranges.length; i++) {
    const begins = ranges.start(i) - SLACK_HERE_S <= position_s;
    if (begins && position_s <= ranges.end(i)) return ranges.end(i) - position_s;
  }
  return 0;
}

/** All ranges, for the scrub bar. */
export function listed(ranges: TimeRanges): { start_s: number; end_s: number }[] {
  return Array.from({ length: ranges.length }, (_, i) => ({
    start_s: ranges.start(i),
    end_s: ranges.end(i),
  }));
}
