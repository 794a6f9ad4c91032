/**
 * Do the pictures keep up with the element's clock? A device that is too slow shows them late while
 * `currentTime` agrees. Looked at a few times a second; used for telling, never for steering.
 */

export interface Pictures {
  /** How late pictures are, the median of the last seconds; null while nothing is shown. */
  lag_s(): number | null;
  stop(): void;
}

const EVERY_MS = 250;
const KEEP = 12;

export function watchPictures(video: HTMLVideoElement): Pictures {
  let lags: number[] = [];
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function look(): void {
    if (stopped || !("requestVideoFrameCallback" in video)) return;
    video.requestVideoFrameCallback((now, frame) => {
      const shown_in_s = (frame.expectedDisplayTime - now) / 1000;
      const clock_s = video.currentTime + shown_in_s;
      if (!video.paused && !video.seeking) {
        lags = [...lags.slice(1 - KEEP), clock_s - frame.mediaTime];
      }
      timer = setTimeout(look, EVERY_MS);
    });
  }
  look();

  return {
    lag_s() {
      if (lags.length < KEEP / 2) return null;
      return [...lags].sort((a, b) => a - b)[Math.floor(lags.length / 2)] ?? null;
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
