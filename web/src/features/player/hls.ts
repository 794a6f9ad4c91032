/** Plays a playlist with hls.js, in the size that it is told. */
import type Hls from "hls.js";
import type { ErrorData, HlsConfig, LoaderStats } from "hls.js";
import workerUrl from "hls.js/dist/hls.worker.js?url";
import { createContentOffset } from "./contentOffset";
import { createLine } from "./line";
import { createPace } from "./pace";
import { createSizes } from "./sizes";
import { type Address, CONFLICT, REFUSALS, type Source, type SourcePorts } from "./source";

const MEDIA_RECOVERIES = 2;
const NETWORK_RECOVERIES = 6;
const CONFIG: Partial<HlsConfig> = {
  autoStartLoad: false,
  preserveManualLevelOnError: true,
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
};

export function playWithHls(
  HlsClass: typeof Hls,
  video: HTMLVideoElement,
  { url, size }: Address,
  ports: SourcePorts,
): Source {
  const hls = new HlsClass(CONFIG);
  // Before the first piece the element stands at the film's beginning, wherever the room is.
  const place_s = () => (hls.hasEnoughToStart ? video.currentTime : ports.expected_s());
  const measured = measure(hls, HlsClass);
  const sizes = createSizes({ hls, video, size, line: measured.line, place_s });
  const giveUp = outlive(hls, HlsClass, url, place_s, ports);
  hls.on(HlsClass.Events.MANIFEST_PARSED, sizes.begin);
  hls.loadSource(url);
  hls.attachMedia(video);
  ports.gone.addEventListener("abort", () => {
    giveUp();
    sizes.stop();
    hls.destroy();
  });
  return {
    take: sizes.take,
    line_kbps: measured.line.kbps,
    start_s: measured.pace.start_s,
    plenty_s: 20,
    content_offset_s: measured.offset.value_s,
    has_sound: measured.has_sound,
  };
}

/** What the loading tells of the line, of its pace, of the source's clock, and of its sound. */
function measure(hls: Hls, { Events }: typeof Hls) {
  const offset = createContentOffset();
  const line = createLine();
  const pace = createPace();
  let sound: boolean | null = null;
  hls.on(Events.FRAG_LOADING, (_, { frag }) => line.begins(() => loadingOf(frag.stats)));
  hls.on(Events.FRAG_LOADED, (_, { frag }) => {
    line.came(loadingOf(frag.stats), frag.url);
    const { start, end } = frag.stats.loading;
    pace.came(Number(frag.sn), end - start);
  });
  hls.on(Events.LEVEL_LOADED, (_, { details }) => {
    offset.cut(details.fragments.map((each) => each.duration));
  });
  hls.on(Events.BUFFER_CODECS, (_, tracks) => {
    sound = Boolean(tracks.audio ?? tracks.audiovideo);
  });
  hls.on(Events.FRAG_BUFFERED, (_, { frag }) => {
    const pictures = frag.elementaryStreams.video;
    if (pictures && typeof frag.sn === "number") offset.seen(frag.sn, pictures.startPTS);
  });
  return { offset, line, pace, has_sound: () => sound };
}

function loadingOf({ loaded, loading }: LoaderStats) {
  return { loaded, first_ms: loading.first, end_ms: loading.end };
}

/** The server's own word for a refusal (SPEC WIRE-2); null where there is none. */
function codeOf(request: unknown): string | null {
  const { response } = request as XMLHttpRequest;
  try {
    const text = typeof response === "string" ? response : new TextDecoder().decode(response);
    return (JSON.parse(text) as { code: string }).code;
  } catch {
    return null;
  }
}

function decodeAnew(hls: Hls, at_s: number): void {
  hls.recoverMediaError();
  hls.startLoad(at_s);
}

/** What hls.js cannot repair itself is tried anew, so many times. Gives what ends that. */
function outlive(
  hls: Hls,
  { Events, ErrorTypes }: typeof Hls,
  url: string,
  place_s: () => number,
  ports: SourcePorts,
): () => void {
  let media = 0;
  let network = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function load(): void {
    if (hls.levels.length === 0) hls.loadSource(url);
    else hls.startLoad(place_s());
  }
  function giveUp(): void {
    clearTimeout(timer);
    hls.stopLoad();
  }
  function recover(type: ErrorData["type"]): void {
    if (type === ErrorTypes.NETWORK_ERROR && network++ < NETWORK_RECOVERIES) {
      clearTimeout(timer);
      timer = setTimeout(load, 500 * network);
    } else if (type === ErrorTypes.MEDIA_ERROR && media++ < MEDIA_RECOVERIES) {
      decodeAnew(hls, place_s());
    } else ports.failed(type === ErrorTypes.NETWORK_ERROR ? "unreachable" : "undecodable");
  }

  hls.on(Events.FRAG_BUFFERED, () => {
    network = 0;
  });
  hls.on(Events.ERROR, (_, { response, networkDetails, fatal, type }) => {
    const status = response?.code ?? 0;
    const unplanned = status === CONFLICT && codeOf(networkDetails) === "not_planned";
    if (REFUSALS.includes(status) || (status === CONFLICT && !unplanned)) {
      giveUp();
      return ports.failed("refused");
    }
    if (unplanned) ports.unplanned();
    if (fatal) recover(type);
  });
  return giveUp;
}
