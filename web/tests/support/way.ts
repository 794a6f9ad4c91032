import type { Watching } from "@/features/player/useWay";
import { QUALITIES, type Ways, type Wish } from "@/features/player/way";

/** An H.264 file with two sound tracks, and conversions from 720p down. */
export const SOME_WAYS: Ways = {
  source: { video_codec: "h264", width: 1920, height: 1080, kbps: 6000, hdr: false },
  files: [
    {
      index: 0,
      video_type: 'video/mp4; codecs="avc1.640028"',
      audio_type: 'audio/mp4; codecs="mp4a.40.2"',
      width: 1920,
      height: 1080,
      kbps: 6000,
      frame_rate: 24,
      hdr: false,
    },
  ],
  boxes: [
    { name: "720p", width: 1280, height: 720, kbps: 4000 },
    { name: "480p", width: 854, height: 480, kbps: 2000 },
  ],
  sounds: [
    { id: "1", language: "en", title: "English", channels: 6, on: true },
    { id: "2", language: "fr", title: "", channels: 2, on: false },
  ],
  pictures: [],
};

/** Nothing is known yet. */
export const NOTHING: Watching = {
  ways: null,
  failed: false,
  again: () => undefined,
  way: null,
  replacing: false,
  quality: "auto",
  burned: null,
  choose: () => undefined,
  burn: () => undefined,
};

/** As the server reads a wish (`WishIn` in `stream/way_endpoints.py`): anything else is a 422. */
export function isReadable(wish: Wish): boolean {
  const { files, quality, line_kbps, burned, ...more } = wish;
  return (
    Object.keys(more).length === 0 &&
    files.every((each) => Number.isInteger(each) && each >= 0 && each <= 63) &&
    QUALITIES.includes(quality) &&
    (line_kbps === null || (line_kbps > 0 && line_kbps <= 100_000_000)) &&
    (burned === null || /^[0-9]{1,12}$/.test(burned))
  );
}
