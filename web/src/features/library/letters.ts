/** The letters beside a long list. Pure. */
import type { Letter } from "@/lib/plexTypes";

/** Which letter a place in the list falls under. */
export function letterAt(letters: readonly Letter[], index: number): number {
  let found = 0;
  letters.forEach((each, i) => {
    if (each.start <= index) found = i;
  });
  return found;
}

/** Which of `count` letters a height shows when only `most` fit: even steps, first and last always. */
export function shownLetters(count: number, most: number): ReadonlySet<number> {
  if (count <= most) return new Set(Array.from({ length: count }, (_, i) => i));
  const places = Math.max(2, most);
  return new Set(
    Array.from({ length: places }, (_, i) => Math.round((i * (count - 1)) / (places - 1))),
  );
}

/** The letter that begins like what was typed; null without one. */
export function letterLike(letters: readonly Letter[], typed: string): number | null {
  const wanted = typed.toLocaleUpperCase();
  const found = letters.findIndex((each) => each.letter.toLocaleUpperCase() === wanted);
  return found < 0 ? null : found;
}
