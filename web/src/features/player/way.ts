/** What there is to watch below a ticket, and what the server tells this page to watch (STR-9, 10). */
import { ApiError } from "@/lib/api";
import type { Plan } from "@/room/plan";
import { besideFilm } from "./beside";

export interface PlayableFile {
  index: number;
  video_type: string;
  audio_type: string | null;
  width: number;
  height: number;
  kbps: number;
  frame_rate: number;
  hdr: boolean;
}

export interface Sound {
  id: string;
  language: string | null;
  title: string;
  channels: number | null;
  on: boolean;
}

/** A subtitle made of pictures. */
export interface SubtitlePictures {
  id: string;
  language: string | null;
  title: string;
}

export interface Ways {
  source: { video_codec: string; width: number; height: number; kbps: number; hdr: boolean } | null;
  files: PlayableFile[];
  boxes: { name: string; width: number; height: number; kbps: number }[];
  sounds: Sound[];
  pictures: SubtitlePictures[];
}

export const QUALITIES = ["auto", "file", "1080p", "720p", "480p", "360p", "240p", "160p"] as const;
export type Quality = (typeof QUALITIES)[number];

export interface Wish {
  files: number[];
  quality: Quality;
  line_kbps: number | null;
  burned: string | null;
}

export type Why = "file" | "chosen" | "player" | "owner" | "sound" | "burned" | "line" | "shared";

export interface Way {
  name: string;
  path: string;
  ladder: string | null;
  why: Why;
  plan: Plan;
}

export async function fetchWays(stream: string, signal: AbortSignal): Promise<Ways> {
  return (await (await besideFilm(`${stream}/ways`, signal)).json()) as Ways;
}

export async function askWay(stream: string, wish: Wish, signal: AbortSignal): Promise<Way> {
  const answer = await fetch(`${stream}/way`, {
    method: "POST",
    credentials: "same-origin",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(wish),
    signal,
  });
  if (!answer.ok) throw new ApiError(`http_${answer.status}`, answer.statusText, answer.status);
  return (await answer.json()) as Way;
}

/** The indexes of those that this browser can decode smoothly enough. */
export async function playableHere(files: readonly PlayableFile[]): Promise<number[]> {
  const judged = await Promise.all(
    files.map(async (file) => ((await plays(file)) ? file.index : null)),
  );
  return judged.filter((each) => each !== null);
}

const SMALL_PX = 1080;

async function plays(file: PlayableFile): Promise<boolean> {
  // Where the screen has no such range, the server's conversion keeps the colours right.
  if (file.hdr && !matchMedia("(dynamic-range: high)").matches) return false;
  const probe = document.createElement("video");
  // Some browsers decode a type that they will not open as a file: both have to agree.
  const container = file.video_type.split(";")[0] ?? "";
  if (!probe.canPlayType(file.video_type) || !probe.canPlayType(container)) return false;
  if (!navigator.mediaCapabilities) return probe.canPlayType(file.video_type) === "probably";
  const asked: MediaDecodingConfiguration = {
    type: "file",
    video: {
      contentType: file.video_type,
      width: Math.max(1, file.width),
      height: Math.max(1, file.height),
      bitrate: Math.max(1, file.kbps) * 1000,
      framerate: Math.max(1, file.frame_rate),
    },
  };
  if (file.audio_type) asked.audio = { contentType: file.audio_type };
  try {
    const { supported, smooth } = await navigator.mediaCapabilities.decodingInfo(asked);
    // How smooth it was lately says little of a small picture: any conversion would be as large.
    return supported && (smooth || file.height <= SMALL_PX);
  } catch {
    return false; // a type that it cannot even read
  }
}

/** Kbit/s that what is watched weighs; null for what is not known. */
export function weightOf(name: string, ways: Ways): number | null {
  if (name.startsWith("file")) {
    return ways.files.find((each) => `file${each.index}` === name)?.kbps ?? null;
  }
  return ways.boxes.find((each) => each.name === name.split(".")[0])?.kbps ?? null;
}
