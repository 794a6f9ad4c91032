/** Which subtitles somebody reads, and how: theirs alone, remembered on this device. */
import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import { keep, kept } from "@/lib/kept";
import { besideFilm } from "./beside";
import { cuesOf } from "./cues";

export interface SubtitleTrack {
  id: string;
  language: string | null;
  title: string;
  default: boolean;
}

export const SIZES = ["small", "medium", "large", "huge"] as const;
export type Size = (typeof SIZES)[number];
export const LOOKS = ["shadow", "box"] as const;
export type Look = (typeof LOOKS)[number];

/** Subtitles may be shifted by so much, either way. */
export const SHIFT_MAX_S = 60;
const NONE = "none";

/** What is remembered: a language, or its title where nobody has said which it is. */
const wordOf = (track: SubtitleTrack) => track.language ?? track.title;

/** The track in the language that was chosen last: its usual one, or else its first. */
export function remembered(tracks: readonly SubtitleTrack[], word: string): string {
  const same = tracks.filter((each) => wordOf(each) === word);
  return (same.find((each) => each.default) ?? same[0])?.id ?? NONE;
}

const among = <T extends string>(all: readonly T[], value: string | null, usual: T): T =>
  all.find((each) => each === value) ?? usual;

/** `stream` is the address below which the film's streams are; null while there is none. */
export function useSubtitles(stream: string | null) {
  const [word, setWord] = useState(() => kept("subtitles") ?? NONE);
  const [last, setLast] = useState(() => kept("subtitles_last"));
  const [size, setSize] = useState(() => among(SIZES, kept("subtitles_size"), "medium"));
  const [look, setLook] = useState(() => among(LOOKS, kept("subtitles_look"), "shadow"));
  const [shift, setShift] = useState<{ id: string; s: number } | null>(null);
  const listed = useQuery({
    queryKey: ["subtitles", stream],
    queryFn: async ({ signal }) => {
      const answer = await besideFilm(`${stream}/subtitles`, signal);
      return ((await answer.json()) as { tracks: SubtitleTrack[] }).tracks;
    },
    enabled: stream !== null,
    staleTime: Number.POSITIVE_INFINITY,
    retry: 2,
  });
  const tracks = useMemo(() => (stream === null ? [] : (listed.data ?? [])), [stream, listed.data]);
  const id = remembered(tracks, word);
  const text = useQuery({
    queryKey: ["subtitle", stream, id],
    queryFn: async ({ signal }) =>
      cuesOf(await (await besideFilm(`${stream}/subtitles/${id}.vtt`, signal)).text()),
    enabled: stream !== null && id !== NONE,
    staleTime: Number.POSITIVE_INFINITY,
    retry: 1,
  });

  const choose = useCallback(
    (chosen: string) => {
      const track = tracks.find((each) => each.id === chosen);
      const now = track ? wordOf(track) : NONE;
      keep("subtitles", now);
      setWord(now);
      if (track) {
        keep("subtitles_last", now);
        setLast(now);
      }
    },
    [tracks],
  );
  const toggle = useCallback(() => {
    if (id !== NONE) return choose(NONE);
    const again = last === null ? NONE : remembered(tracks, last);
    choose(again !== NONE ? again : (tracks[0]?.id ?? NONE));
  }, [id, last, tracks, choose]);
  const shift_s = shift?.id === id ? shift.s : 0;

  return {
    tracks,
    id,
    cues: id === NONE ? [] : (text.data ?? []),
    loading: id !== NONE && text.isPending,
    failed: id !== NONE && text.isError,
    size,
    look,
    /** How much later than the file says; of this track, until another is chosen. */
    shift_s,
    choose,
    toggle,
    setSize(value: Size) {
      keep("subtitles_size", value);
      setSize(value);
    },
    setLook(value: Look) {
      keep("subtitles_look", value);
      setLook(value);
    },
    shiftBy(by_s: number) {
      const s = Math.round((shift_s + by_s) * 10) / 10;
      setShift({ id, s: Math.min(SHIFT_MAX_S, Math.max(-SHIFT_MAX_S, s)) });
    },
  };
}

export type Subtitles = ReturnType<typeof useSubtitles>;
export const OFF = NONE;
