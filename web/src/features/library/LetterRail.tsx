/** The letters beside a long list: a slider one drags, taps or walks with the arrow keys. */
import { type KeyboardEvent, memo, type PointerEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Letter } from "@/lib/plexTypes";
import { cn } from "@/ui/cn";
import { letterAt, letterLike, shownLetters } from "./letters";

const LETTER_PX = 17;
const LETTER = "grid min-h-0 flex-1 cursor-pointer place-items-center leading-none hover:text-ink";

interface Props {
  letters: readonly Letter[];
  /** The first title in view. */
  first: number;
  onJump: (index: number) => void;
}

/** The letter one is at: what was picked until the list is scrolled otherwise. */
function useLetter({ letters, first, onJump }: Props) {
  const [picked, setPicked] = useState<{ at: number; first: number | null } | null>(null);
  useEffect(() => {
    setPicked((old) => {
      if (old === null || old.first === first) return old;
      return old.first === null ? { ...old, first } : null;
    });
  }, [first]);
  const at = Math.min(picked?.at ?? letterAt(letters, first), letters.length - 1);
  const pick = (to: number) => {
    const bounded = Math.max(0, Math.min(letters.length - 1, to));
    const letter = letters[bounded];
    if (!letter || (bounded === at && picked)) return;
    setPicked({ at: bounded, first: null });
    onJump(letter.start);
  };
  return { at, pick };
}

export function LetterRail(props: Props) {
  const { t } = useTranslation();
  const { letters } = props;
  const rail = useRef<HTMLDivElement>(null);
  const { at, pick } = useLetter(props);
  const [dragging, setDragging] = useState(false);
  const [height, setHeight] = useState(560);
  useEffect(() => {
    const frame = rail.current;
    if (!frame) return;
    const observer = new ResizeObserver(() => setHeight(frame.clientHeight));
    observer.observe(frame);
    return () => observer.disconnect();
  }, []);

  const toPointer = (event: PointerEvent) => {
    const box = rail.current?.getBoundingClientRect();
    if (!box) return;
    pick(Math.floor(((event.clientY - box.top) / box.height) * letters.length));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const to = keyTarget(event.key, at, letters);
    if (to === null) return;
    event.preventDefault();
    pick(to);
  };
  const here = letters[at];
  return (
    <div
      ref={rail}
      className="sticky top-[34dvh] -mr-4 h-[min(42dvh,44rem)] w-11 shrink-0 sm:mr-0 sm:h-[min(50dvh,44rem)]"
    >
      {here && (
        <div
          role="slider"
          tabIndex={0}
          aria-label={t("library.letters")}
          aria-orientation="vertical"
          aria-valuemin={0}
          aria-valuemax={letters.length - 1}
          aria-valuenow={at}
          aria-valuetext={t("library.letter", { letter: here.letter, count: here.count })}
          onKeyDown={onKeyDown}
          onPointerDown={(event) => {
            event.currentTarget.setPointerCapture(event.pointerId);
            setDragging(true);
            toPointer(event);
          }}
          onPointerMove={(event) => dragging && toPointer(event)}
          onPointerUp={() => setDragging(false)}
          onPointerCancel={() => setDragging(false)}
          className="flex size-full touch-none select-none flex-col rounded-full py-1 font-medium text-[0.7rem] text-faint"
        >
          <Letters letters={letters} at={at} most={Math.floor(height / LETTER_PX)} />
          {dragging && (
            <span
              aria-hidden
              className="title pointer-events-none absolute right-14 z-20 grid size-16 -translate-y-1/2 place-items-center rounded-full bg-raised text-3xl text-accent-text shadow-pop"
              style={{ top: `${((at + 0.5) / letters.length) * 100}%` }}
            >
              {here.letter}
            </span>
          )}
        </div>
      )}
    </div>
  );
}

/** As many of them as fit; the list is long and scrolls under them, so only a new letter counts. */
const Letters = memo(function Letters(props: {
  letters: readonly Letter[];
  at: number;
  most: number;
}) {
  const { t } = useTranslation();
  const { letters, at, most } = props;
  const between = t("library.between");
  const shown = shownLetters(letters.length, most);
  return letters.map((each, i) => (
    <span
      key={each.letter}
      aria-hidden
      className={cn(LETTER, i === at && "font-bold text-accent-text")}
    >
      {shown.has(i) || i === at ? each.letter : between}
    </span>
  ));
});

function keyTarget(key: string, at: number, letters: readonly Letter[]): number | null {
  if (key === "ArrowDown" || key === "ArrowRight") return at + 1;
  if (key === "ArrowUp" || key === "ArrowLeft") return at - 1;
  if (key === "PageDown") return at + 5;
  if (key === "PageUp") return at - 5;
  if (key === "Home") return 0;
  if (key === "End") return letters.length - 1;
  return key.length === 1 || [...key].length === 1 ? letterLike(letters, key) : null;
}
