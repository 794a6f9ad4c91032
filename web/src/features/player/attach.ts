/** Attaches one source to a video element. hls.js comes only when a film needs it. */
import { playFile } from "./file";
import { playWithHls } from "./hls";
import { type Address, PLAIN_SOURCE, type Source, type SourcePorts } from "./source";

/** Lets go of the element again when `ports.gone` is aborted, also while still on its way. */
export async function attachSource(
  video: HTMLVideoElement,
  address: Address,
  ports: SourcePorts,
): Promise<Source> {
  if (isFile(address.url)) return playFile(video, address.url, ports);
  const { default: HlsClass } = await import("hls.js");
  if (ports.gone.aborted) return PLAIN_SOURCE;
  // Chromium says "maybe" to native HLS and can stall: hls.js is asked first.
  if (HlsClass.isSupported()) return playWithHls(HlsClass, video, address, ports);
  if (video.canPlayType("application/vnd.apple.mpegurl")) {
    return playFile(video, address.url, ports);
  }
  ports.failed("unsupported");
  return PLAIN_SOURCE;
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
