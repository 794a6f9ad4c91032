/** Attaches one HLS source to a video element. hls.js comes only when a film is on. */
import type Hls from "hls.js";
import workerUrl from "hls.js/dist/hls.worker.js?url";

/** Why a source cannot be played; `refused` asks for a new ticket. */
export type SourceFailure = "refused" | "unreachable" | "undecodable" | "unsupported";

export interface Source {
  detach(): void;
}

const MEDIA_RECOVERIES = 2;
const NETWORK_RECOVERIES = 6;

/** Starts loading at `start_s`; `onFailure` hears once when there is nothing left to try. */
export async function attachSource(
  video: HTMLVideoElement,
  url: string,
  start_s: number,
  onFailure: (failure: SourceFailure) => void,
): Promise<Source> {
  const { default: HlsClass } = await import("hls.js");
  // Chromium says "maybe" to native HLS and can stall: hls.js is asked first.
  if (HlsClass.isSupported()) return withHls(HlsClass, video, url, start_s, onFailure);
  if (video.canPlayType("application/vnd.apple.mpegurl")) return native(video, url, onFailure);
  onFailure("unsupported");
  return { detach: () => undefined };
}

function withHls(
  HlsClass: typeof Hls,
  video: HTMLVideoElement,
  url: string,
  start_s: number,
  onFailure: (failure: SourceFailure) => void,
): Source {
  const hls = new HlsClass({
    startPosition: start_s,
    maxBufferLength: 30,
    maxMaxBufferLength: 45,
    backBufferLength: 30,
    maxBufferHole: 0.3,
    workerPath: workerUrl,
    fragLoadPolicy: {
      default: {
        maxTimeToFirstByteMs: 15_000,
        maxLoadTimeMs: 60_000,
        timeoutRetry: { maxNumRetry: 4, retryDelayMs: 0, maxRetryDelayMs: 0 },
        errorRetry: { maxNumRetry: 8, retryDelayMs: 500, maxRetryDelayMs: 4_000 },
      },
    },
  });
  let media = 0;
  let network = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const { Events, ErrorTypes } = HlsClass;
  hls.on(Events.FRAG_BUFFERED, () => {
    network = 0;
  });
  hls.on(Events.ERROR, (_, trouble) => {
    if (!trouble.fatal) return;
    const status = trouble.response?.code ?? 0;
    if (status === 401 || status === 403 || status === 410) return onFailure("refused");
    if (trouble.type === ErrorTypes.NETWORK_ERROR && network++ < NETWORK_RECOVERIES) {
      clearTimeout(timer);
      timer = setTimeout(() => {
        if (hls.levels.length === 0) hls.loadSource(url);
        else hls.startLoad(video.currentTime);
      }, 500 * network);
      return;
    }
    if (trouble.type === ErrorTypes.MEDIA_ERROR && media++ < MEDIA_RECOVERIES) {
      hls.recoverMediaError();
      return;
    }
    onFailure(trouble.type === ErrorTypes.NETWORK_ERROR ? "unreachable" : "undecodable");
  });
  hls.loadSource(url);
  hls.attachMedia(video);
  return {
    detach: () => {
      clearTimeout(timer);
      hls.destroy();
    },
  };
}

function native(
  video: HTMLVideoElement,
  url: string,
  onFailure: (failure: SourceFailure) => void,
): Source {
  const failed = () => onFailure(video.error?.code === 2 ? "unreachable" : "undecodable");
  video.addEventListener("error", failed);
  video.src = url;
  return {
    detach: () => {
      video.removeEventListener("error", failed);
      video.removeAttribute("src");
      video.load();
    },
  };
}
