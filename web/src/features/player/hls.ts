/** Attaches one source to a video element. hls.js comes only when a film needs it. */
import type Hls from "hls.js";
import workerUrl from "hls.js/dist/hls.worker.js?url";
import { createContentOffset } from "./contentOffset";

/** Why a source cannot be played; `refused` asks for a new ticket. */
export type SourceFailure = "refused" | "unreachable" | "undecodable" | "unsupported";

export interface Source {
  detach(): void;
  /** What the element's clock shows at the film's beginning (SPEC DRV-7). */
  content_offset_s(): number;
  /** Whether there is a sound track; null while nobody knows. */
  has_sound(): boolean | null;
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
  if (isFile(url)) return native(video, url, onFailure);
  const { default: HlsClass } = await import("hls.js");
  // Chromium says "maybe" to native HLS and can stall: hls.js is asked first.
  if (HlsClass.isSupported()) return withHls(HlsClass, video, url, start_s, onFailure);
  if (video.canPlayType("application/vnd.apple.mpegurl")) return native(video, url, onFailure);
  onFailure("unsupported");
  return { detach: () => undefined, content_offset_s: () => 0, has_sound: () => null };
}

/** A file that the browser plays by itself, rather than a playlist. */
function isFile(url: string): boolean {
  return new URL(url, location.href).pathname.endsWith(".mp4");
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
  const offset = createContentOffset();
  let sound: boolean | null = null;
  hls.on(Events.LEVEL_LOADED, (_, { details }) => {
    offset.cut(details.fragments.map((each) => each.duration));
  });
  hls.on(Events.BUFFER_CODECS, (_, tracks) => {
    sound = Boolean(tracks.audio ?? tracks.audiovideo);
  });
  hls.on(Events.FRAG_BUFFERED, (_, { frag }) => {
    network = 0;
    const pictures = frag.elementaryStreams.video;
    if (pictures && typeof frag.sn === "number") offset.seen(frag.sn, pictures.startPTS);
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
    content_offset_s: offset.value_s,
    has_sound: () => sound,
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
    content_offset_s: () => 0,
    has_sound: () => null,
  };
}
