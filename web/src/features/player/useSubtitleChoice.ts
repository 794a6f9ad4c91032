/** Written subtitles and those made of pictures, as one choice: at most one is on. */
import { useCallback, useRef } from "react";
import { OFF, type Subtitles } from "./useSubtitles";
import type { Watching } from "./useWay";
import type { SubtitlePictures } from "./way";

const PICTURES = "pictures ";
const NONE: readonly SubtitlePictures[] = [];

export function useSubtitleChoice(
  subtitles: Pick<Subtitles, "tracks" | "id" | "choose" | "toggle">,
  { ways, burned, burn }: Pick<Watching, "ways" | "burned" | "burn">,
) {
  const { tracks, id, choose: write, toggle: toggleWritten } = subtitles;
  const pictures = ways?.pictures ?? NONE;
  const lastPictures = useRef<string | null>(null);

  const choose = useCallback(
    (next: string) => {
      const chosen = next.startsWith(PICTURES) ? next.slice(PICTURES.length) : null;
      if (next !== OFF) lastPictures.current = chosen;
      burn(chosen);
      write(chosen === null ? next : OFF);
    },
    [burn, write],
  );
  const toggle = useCallback(() => {
    if (burned !== null) return choose(OFF);
    const last = pictures.find((each) => each.id === lastPictures.current);
    const again = last ?? (tracks.length === 0 ? pictures[0] : undefined);
    if (id === OFF && again) return choose(PICTURES + again.id);
    burn(null);
    toggleWritten();
  }, [burned, burn, pictures, tracks, id, choose, toggleWritten]);

  return {
    tracks: [
      ...tracks.map((each) => ({ ...each, value: each.id })),
      ...pictures.map((each) => ({ ...each, value: PICTURES + each.id })),
    ],
    /** Of the track that is on. */
    value: burned === null ? id : PICTURES + burned,
    laidOver: burned !== null,
    choose,
    /** Off, or on with what was on last. */
    toggle,
  };
}

export type SubtitleChoice = ReturnType<typeof useSubtitleChoice>;
