/**
 * In which size of a playlist hls.js plays: the one that the server has planned (SPEC STR-10), and
 * never one of its own choice.
 */
import type Hls from "hls.js";
import type { Line } from "./line";
import { aheadOf } from "./ranges";
import { warmed } from "./warm";

/** With less than this ahead another size is begun at once, with more behind what is there. */
const AT_ONCE_S = 4;
/** What takes longer than this follows behind what is loaded: nothing is given up for it. */
const WARMED_MS = 15_000;

interface Ports {
  hls: Hls;
  video: HTMLVideoElement;
  /** Null: the playlist has one size alone. */
  size: string | null;
  line: Line;
  /** Where loading goes on. */
  place_s: () => number;
}

export function createSizes({ hls, video, size, line, place_s }: Ports) {
  let wanted = size;
  let warming: AbortController | null = null;
  const levelOf = (name: string | null) =>
    hls.levels.findIndex(({ uri }) => uri.includes(`/${name}/`));
  const ahead_s = () => aheadOf(video.buffered, video.currentTime);

  /** After an error hls.js goes to whichever level it may choose by itself: it may choose none. */
  function pin(level: number): void {
    hls.config.minAutoBitrate = hls.levels[level]?.maxBitrate ?? 0;
    hls.autoLevelCapping = level;
    hls.startLevel = level;
    hls.loadLevel = level;
  }

  /** The line carries less than the size that is loaded now. */
  function strained(): boolean {
    const carried_kbps = line.kbps();
    const most_kbps = (hls.levels[hls.loadLevel]?.maxBitrate ?? 0) / 1000;
    return carried_kbps !== null && carried_kbps < most_kbps;
  }

  /** What is loaded stays; the piece that is on its way is too large, or comes too late. */
  function switchAtOnce(level: number): void {
    hls.stopLoad();
    pin(level);
    hls.startLoad(place_s());
  }

  /** The next pieces are fetched before anything that is loaded is given up for them. */
  function switchWarmed(level: number): void {
    const mine = new AbortController();
    warming = mine;
    const go = (cut: boolean) => {
      if (mine.signal.aborted) return;
      mine.abort();
      if (ahead_s() < AT_ONCE_S) return switchAtOnce(level);
      pin(level);
      if (cut) hls.nextLevel = level;
    };
    const late = () => go(false);
    setTimeout(late, WARMED_MS);
    const playlist = hls.levels[level]?.uri ?? "";
    void warmed(playlist, () => video.currentTime, line, mine.signal).then(() => go(true), late);
  }

  return {
    /** The playlist is known: loading begins. */
    begin() {
      if (wanted !== null) pin(Math.max(0, levelOf(wanted)));
      hls.startLoad(place_s());
    },
    take(next: string) {
      if (next === wanted) return;
      wanted = next;
      warming?.abort();
      const level = levelOf(next);
      if (level < 0 || level === hls.loadLevel) return;
      // Over a narrow line nothing is loaded twice: what is there has been dear enough.
      if (ahead_s() < AT_ONCE_S || strained()) switchAtOnce(level);
      else switchWarmed(level);
    },
    stop: () => warming?.abort(),
  };
}
