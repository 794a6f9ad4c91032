/** Attaches one source to a video element. hls.js comes only when a film needs it. */
import type Hls from "hls.js";
import type { LoaderStats } from "hls.js";
import workerUrl from "hls.js/dist/hls.worker.js?url";
import { createContentOffset } from "./contentOffset";
import { createLine } from "./line";
import { aheadOf } from "./ranges";

/** Why a source cannot be played; `refused` asks for a new ticket. */
export type SourceFailure = "refused" | "unreachable" | "undecodable" | "unsupported";

/** What to attach: an address; in a playlist of several sizes also which of them. */
export interface Address {
  url: string;
  size: string | null;
}

export interface Source {
  detach(): void;
  /** Go on in another size of the same playlist, without a gap if there is time. */
  take(size: string): void;
  /** What the line carries; null while nobody knows. */
  line_kbps(): number | null;
  /** With so much ahead it need not load on. */
  plenty_s: number;
  /** What the element's clock shows at the film's beginning (SPEC DRV-7). */
  content_offset_s(): number;
  /** Whether there is a sound track; null while nobody knows. */
  has_sound(): boolean | null;
}

/** A ticket that is worth nothing any more, a film that is over, a size that was not planned. */
const REFUSALS = [401, 403, 409, 410];
/** Longer than this no other size is worth being waited for. */
const WARMED_MS = 15_000;
const MEDIA_RECOVERIES = 2;
const NETWORK_RECOVERIES = 6;

/** Starts loading at `start_s`; `onFailure` hears once when there is nothing left to try. */
export async function attachSource(
  video: HTMLVideoElement,
  address: Address,
  start_s: number,
  onFailure: (failure: SourceFailure) => void,
): Promise<Source> {
  if (isFile(address.url)) return native(video, address.url, onFailure);
  const { default: HlsClass } = await import("hls.js");
  // Chromium says "maybe" to native HLS and can stall: hls.js is asked first.
  if (HlsClass.isSupported()) return withHls(HlsClass, video, address, start_s, onFailure);
  if (video.canPlayType("application/vnd.apple.mpegurl")) {
    return native(video, address.url, onFailure);
  }
  onFailure("unsupported");
  return {
    detach: () => undefined,
    take: () => undefined,
    line_kbps: () => null,
    plenty_s: 0,
    content_offset_s: () => 0,
    has_sound: () => null,
  };
}

/** Whether a playlist of several sizes can be given: a browser's own player would wander about. */
export function takesSizes(): boolean {
  const { ManagedMediaSource, MediaSource } = window as unknown as Record<
    string,
    { isTypeSupported(type: string): boolean } | undefined
  >;
  const decodes = (ManagedMediaSource ?? MediaSource)?.isTypeSupported(
    'video/mp4; codecs="avc1.42E01E,mp4a.40.2"',
  );
  return decodes === true;
}

/** A file that the browser plays by itself, rather than a playlist. */
export function isFile(url: string): boolean {
  return !new URL(url, location.href).pathname.endsWith(".m3u8");
}

/** With less than this ahead another size is begun at once, with more behind what is there. */
const AT_ONCE_S = 4;

function withHls(
  HlsClass: typeof Hls,
  video: HTMLVideoElement,
  { url, size }: Address,
  start_s: number,
  onFailure: (failure: SourceFailure) => void,
): Source {
  const hls = new HlsClass({
    startPosition: start_s,
    autoStartLoad: size === null,
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
  const line = createLine();
  let sound: boolean | null = null;
  let wanted = size;
  let gone = false;
  const level = () => hls.levels.findIndex(({ uri }) => uri.includes(`/${wanted}/`));
  hls.on(Events.MANIFEST_PARSED, () => {
    if (size === null) return;
    hls.loadLevel = Math.max(0, level());
    hls.startLoad(start_s);
  });
  hls.on(Events.FRAG_LOADING, (_, { frag }) => line.begins(() => loadingOf(frag.stats)));
  hls.on(Events.FRAG_LOADED, (_, { frag }) => line.came(loadingOf(frag.stats)));
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
    if (REFUSALS.includes(status)) return onFailure("refused");
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
      gone = true;
      clearTimeout(timer);
      hls.destroy();
    },
    take(next) {
      if (next === wanted) return;
      wanted = next;
      const at = level();
      if (at < 0 || at === hls.loadLevel) return;
      const switchTo = () => {
        if (wanted !== next || gone) return;
        if (aheadOf(video.buffered, video.currentTime) < AT_ONCE_S) hls.currentLevel = at;
        else hls.nextLevel = at;
      };
      if (aheadOf(video.buffered, video.currentTime) < AT_ONCE_S) switchTo();
      else void warmed(hls, at, video.currentTime).finally(switchTo);
    },
    line_kbps: line.kbps,
    plenty_s: 20,
    content_offset_s: offset.value_s,
    has_sound: () => sound,
  };
}

/**
 * The next pieces of another size, fetched before anything that is loaded is given up for them: a
 * conversion may have to be begun first. The player then finds them in the browser's cache.
 */
async function warmed(hls: Hls, at: number, at_s: number): Promise<void> {
  const uri = hls.levels[at]?.uri;
  const cut = hls.levels[hls.loadLevel]?.details?.fragments ?? [];
  const here = cut.findIndex((each) => each.start <= at_s && at_s < each.start + each.duration);
  if (!uri) return;
  const within = { signal: AbortSignal.timeout(WARMED_MS), credentials: "same-origin" } as const;
  try {
    await (await fetch(uri, within)).arrayBuffer();
    for (const piece of cut.slice(here + 1, here + 3)) {
      await (await fetch(new URL(`${piece.sn}.ts`, uri), within)).arrayBuffer();
    }
  } catch {
    // Then the player has to wait for them itself.
  }
}

function loadingOf({ loaded, loading }: LoaderStats) {
  return { loaded, first_ms: loading.first, end_ms: loading.end };
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
    take: () => undefined,
    line_kbps: () => null,
    plenty_s: 8,
    content_offset_s: () => 0,
    has_sound: () => null,
  };
}
