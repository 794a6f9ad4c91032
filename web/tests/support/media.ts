/**
 * What hls.js needs of a browser and jsdom lacks: a media source that is open, an element that says
 * what is loaded, and requests. Playlists are answered at once, pieces by the test.
 */
import { vi } from "vitest";

export const STREAM = "http://localhost/api/stream/t";
export const LADDER = `${STREAM}/1/720p/ladder.m3u8`;
export const PIECE_S = 4;
const SIZES = { "480p": 2_000, "720p": 4_000, "1080p": 8_000 };
const PIECES = 500;

export const ladder = () =>
  [
    "#EXTM3U",
    ...Object.entries(SIZES).map(
      ([name, kbps]) =>
        `#EXT-X-STREAM-INF:BANDWIDTH=${kbps * 1000},CODECS="avc1.640028,mp4a.40.2"\n../${name}/index.m3u8`,
    ),
  ].join("\n");

export const playlist = (pieces = PIECES, of = "") =>
  [
    "#EXTM3U",
    `#EXT-X-TARGETDURATION:${PIECE_S}`,
    "#EXT-X-PLAYLIST-TYPE:VOD",
    ...Array.from({ length: pieces }, (_, n) => `#EXTINF:${PIECE_S}.000000,\n${n}.ts${of}`),
    "#EXT-X-ENDLIST",
    "",
  ].join("\n");

/** A refusal in the server's words (SPEC WIRE-2). */
export const problem = (code: string) => JSON.stringify({ status: 409, code, message: "No." });

/** As short as addresses need to be here: `720p/5.ts`. */
export const short = (url: string) => url.replace(`${STREAM}/1/`, "").replace(`${STREAM}/`, "");

export class Request {
  static all: Request[] = [];
  /** What playlists are answered with. */
  static playlists: (url: string) => number = () => 200;
  url = "";
  readyState = 0;
  status = 0;
  statusText = "";
  responseType = "";
  responseText = "";
  responseURL = "";
  response: unknown = null;
  aborted = false;
  onreadystatechange: (() => void) | null = null;
  onprogress: (() => void) | null = null;

  open(_: string, url: string) {
    this.url = url;
    this.responseURL = url;
    this.readyState = 1;
  }
  send() {
    Request.all.push(this);
    if (!this.url.endsWith(".m3u8")) return;
    const body = this.url === LADDER ? ladder() : playlist();
    const status = Request.playlists(this.url);
    queueMicrotask(() => this.answer(status, status === 200 ? body : problem("not_planned")));
  }
  abort() {
    this.aborted = true;
  }
  answer(status: number, body = "") {
    if (this.aborted) return;
    this.status = status;
    this.responseText = body;
    const bytes = this.responseType === "arraybuffer";
    this.response = bytes ? new TextEncoder().encode(body).buffer : body;
    this.readyState = 4;
    this.onreadystatechange?.();
  }
  setRequestHeader() {}
  getAllResponseHeaders() {
    return "";
  }
}

/** The addresses asked for since the test began, or since `from` of them. */
export const asked = (from = 0) => Request.all.slice(from).map(({ url }) => short(url));
export const lastRequest = () => Request.all[Request.all.length - 1] as Request;

class Buffer extends EventTarget {
  appendBuffer() {}
  remove() {}
}

export class OpenMediaSource extends EventTarget {
  static isTypeSupported = () => true;
  readyState = "open";
  duration = Number.NaN;
  sourceBuffers: unknown[] = [];
  constructor() {
    super();
    queueMicrotask(() => this.dispatchEvent(new Event("sourceopen")));
  }
  addSourceBuffer() {
    return new Buffer();
  }
  setLiveSeekableRange() {}
  endOfStream() {}
}

/** To be called before each test that plays with hls.js. */
export function stubMedia() {
  Request.all = [];
  Request.playlists = () => 200;
  vi.stubGlobal("XMLHttpRequest", Request);
  vi.stubGlobal("MediaSource", OpenMediaSource);
  vi.stubGlobal("SourceBuffer", Buffer);
  Object.assign(URL, { createObjectURL: () => "blob:film", revokeObjectURL: () => undefined });
  performance.getEntriesByName ??= () => [];
}

/** An element that has so much loaded, as seconds of film. */
export function anElement() {
  const video = document.createElement("video");
  const state = { loaded: [] as [number, number][], at_s: 0, ready: 0 };
  const buffered = {
    get length() {
      return state.loaded.length;
    },
    start: (i: number) => state.loaded[i]?.[0] ?? 0,
    end: (i: number) => state.loaded[i]?.[1] ?? 0,
  };
  Object.defineProperties(video, {
    buffered: { get: () => buffered },
    readyState: { get: () => state.ready },
    currentTime: {
      get: () => state.at_s,
      set(to_s: number) {
        state.at_s = to_s;
      },
    },
    load: { value: () => undefined },
  });
  return { video, state };
}
