/** What a file is, in words: "4K · HEVC · 24 Mbit/s · German, English · 3 subtitles". */
import { useTranslation } from "react-i18next";
import type { Stream, Version } from "@/lib/plexTypes";

const CODECS: Record<string, string> = {
  h264: "H.264",
  avc: "H.264",
  hevc: "HEVC",
  h265: "HEVC",
  av1: "AV1",
  vp9: "VP9",
  mpeg2video: "MPEG-2",
  mpeg4: "MPEG-4",
  vc1: "VC-1",
};
const LANGUAGES = 3;

/** "4K", "1080p", "SD"; what is not known stays as it is. */
export function resolutionName(resolution: string): string {
  const text = resolution.trim();
  if (/^\d+$/.test(text)) return `${text}p`;
  return text.length <= 3 ? text.toUpperCase() : text;
}

export const codecName = (codec: string): string =>
  CODECS[codec.toLowerCase()] ?? codec.toUpperCase();

/** A language by its code, in the words of the page; the code where there is no such language. */
export function languageName(code: string, language?: string): string {
  try {
    return new Intl.DisplayNames(language, { type: "language" }).of(code) ?? code;
  } catch {
    return code;
  }
}

/** The languages of the streams of a kind, each once, in the order of the file. */
export function languagesOf(
  streams: readonly Stream[],
  kind: Stream["kind"],
  language?: string,
): string[] {
  const named = streams
    .filter((each) => each.kind === kind && each.language)
    .map((each) => languageName(each.language ?? "", language));
  return [...new Set(named)];
}

const rounded = (value: number, language: string) =>
  new Intl.NumberFormat(language, { maximumFractionDigits: value < 10 ? 1 : 0 }).format(value);

export function useVersionWords(): (version: Version) => string {
  const { t, i18n } = useTranslation();
  return (version) => {
    const spoken = languagesOf(version.streams, "audio", i18n.language);
    const subtitles = version.streams.filter((each) => each.kind === "subtitle").length;
    const more = spoken.length - LANGUAGES;
    const mbit = (version.bitrate_kbps ?? 0) / 1000;
    return [
      version.resolution && resolutionName(version.resolution),
      version.video_codec && codecName(version.video_codec),
      mbit > 0 && t("library.mbit", { value: rounded(mbit, i18n.language) }),
      spoken.slice(0, LANGUAGES).join(", ") +
        (more > 0 ? ` ${t("library.languages_more", { count: more })}` : ""),
      subtitles > 0 && t("library.count.subtitles", { count: subtitles }),
    ]
      .filter(Boolean)
      .join(t("common.dot"));
  };
}
