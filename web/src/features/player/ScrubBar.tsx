/** Where the film is, what is loaded, chapters and markers; a drag is one command, at its end. */
import { useQuery } from "@tanstack/react-query";
import { type KeyboardEvent, type PointerEvent, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { clockTime } from "@/lib/format";
import { useCommands, useMay, useRoom } from "@/room/context";
import { cn } from "@/ui/cn";
import { marksQuery } from "./beside";
import type { Driver } from "./driver";
import { useDriverView } from "./useDriver";
import { useNow } from "./useNow";
import { type Preview, usePreviews } from "./usePreviews";

const KEY_STEPS: Record<string, number> = {
  ArrowLeft: -5,
  ArrowRight: 5,
  ArrowDown: -5,
  ArrowUp: 5,
  PageDown: -60,
  PageUp: 60,
};
/** So long after a key the place it leads to is shown. */
const KEYED_MS = 1_500;

export function ScrubBar(props: {
  driver: Driver;
  stream: string | null;
  onStep: (by_s: number) => void;
}) {
  const { driver, onStep } = props;
  const { t } = useTranslation();
  const commands = useCommands();
  const may = useMay("playback.seek");
  const duration_s = useRoom(({ timeline }) => timeline?.duration_s ?? 0);
  const buffered = useDriverView(driver, (view) => view.buffered);
  const now_s = useNow(() => driver.expected() ?? 0, 250);
  const { data: marks } = useQuery(marksQuery(props.stream));
  const bar = useRef<HTMLDivElement>(null);
  const [drag_s, setDrag] = useState<number | null>(null);
  const [hover_s, setHover] = useState<number | null>(null);
  const long = duration_s >= 3600;
  const share = (s: number) => `${duration_s > 0 ? Math.min(100, (100 * s) / duration_s) : 0}%`;
  const shown_s = drag_s ?? now_s;
  const [keyed_s, setKeyed] = useBriefly<number>(KEYED_MS);
  const looked_s = drag_s ?? keyed_s ?? hover_s;
  const preview = usePreviews(props.stream, looked_s);
  // Keys say in words where they lead; only a picture adds to that.
  const tip_s = preview ? looked_s : (drag_s ?? hover_s);
  const chapter = marks?.chapters.find(
    (c) => tip_s !== null && c.start_s <= tip_s && tip_s < c.end_s,
  );

  const at = (event: PointerEvent) => {
    const box = bar.current?.getBoundingClientRect();
    if (!box || box.width === 0) return 0;
    return Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * duration_s;
  };
  const keyed = (event: KeyboardEvent) => {
    const step = KEY_STEPS[event.key];
    const edge = event.key === "Home" ? 0 : event.key === "End" ? duration_s : null;
    if (step === undefined && edge === null) return;
    event.preventDefault();
    event.stopPropagation();
    if (!may) return onStep(0);
    setKeyed(edge ?? Math.min(duration_s, Math.max(0, (keyed_s ?? now_s) + (step ?? 0))));
    if (edge !== null) void (event.repeat || commands.seek(edge));
    else onStep(step ?? 0);
  };

  return (
    <div
      role="slider"
      tabIndex={0}
      aria-label={t("player.seek")}
      aria-disabled={!may}
      aria-valuemin={0}
      aria-valuemax={Math.round(duration_s)}
      aria-valuenow={Math.round(shown_s)}
      aria-valuetext={t("player.seek_value", {
        position: clockTime(shown_s, long),
        length: clockTime(duration_s, long),
      })}
      onKeyDown={keyed}
      onPointerDown={(event) => {
        // A step of nothing: whoever steers is told to those who may not.
        if (!may) return onStep(0);
        event.currentTarget.setPointerCapture(event.pointerId);
        setDrag(at(event));
      }}
      onPointerMove={(event) => (drag_s === null ? setHover(at(event)) : setDrag(at(event)))}
      onPointerLeave={() => setHover(null)}
      onPointerUp={(event) => {
        if (drag_s === null) return;
        setDrag(null);
        void commands.seek(at(event));
      }}
      onPointerCancel={() => setDrag(null)}
      className={cn(
        "group relative flex h-11 touch-none items-center rounded-md outline-offset-0",
        may ? "cursor-pointer" : "cursor-default",
      )}
    >
      <div
        ref={bar}
        className="relative h-1 w-full overflow-hidden rounded-full bg-ink/20 transition-[height] duration-150 group-hover:h-1.5"
      >
        {buffered.map((each) => (
          <div
            key={each.start_s}
            className="absolute inset-y-0 bg-ink/25"
            style={{ left: share(each.start_s), width: share(each.end_s - each.start_s) }}
          />
        ))}
        {marks?.markers.map((each) => (
          <div
            key={`${each.kind} ${each.start_s}`}
            className="absolute inset-y-0 bg-sync/45"
            style={{ left: share(each.start_s), width: share(each.end_s - each.start_s) }}
          />
        ))}
        <div className="absolute inset-y-0 left-0 bg-accent" style={{ width: share(shown_s) }} />
        {marks?.chapters.slice(1).map((each) => (
          <div
            key={each.start_s}
            className="absolute inset-y-0 w-0.5 bg-black/70"
            style={{ left: share(each.start_s) }}
          />
        ))}
      </div>
      {may && (
        <div
          className="absolute size-3.5 -translate-x-1/2 rounded-full bg-accent"
          style={{ left: share(shown_s) }}
        />
      )}
      {tip_s !== null && (
        <Tip
          at={share(tip_s)}
          time={clockTime(tip_s, long)}
          chapter={chapter?.title}
          preview={preview}
        />
      )}
    </div>
  );
}

/** Above the bar: the moment somebody looks at. With a picture it is as wide as that. */
function Tip(props: {
  at: string;
  time: string;
  chapter: string | null | undefined;
  preview: Preview | null;
}) {
  const { preview } = props;
  const width = preview && `min(11rem, 30vw, ${preview.shape} * min(7rem, 20vw))`;
  const half = width ? `${width} / 2 + 0.25rem` : "2.5rem";
  return (
    <div
      aria-hidden
      className={cn(
        "tabular pointer-events-none absolute bottom-9 -translate-x-1/2 whitespace-nowrap rounded-lg bg-raised text-xs shadow-pop",
        preview ? "p-1 text-center" : "px-2.5 py-1",
      )}
      style={{ left: `clamp(${half}, ${props.at}, 100% - (${half}))` }}
    >
      {preview && width && (
        <div
          className="mb-1 overflow-hidden rounded-md bg-black"
          style={{ width: `calc(${width})`, aspectRatio: preview.shape }}
        >
          {preview.src && <img src={preview.src} alt="" className="size-full object-cover" />}
        </div>
      )}
      <p className="truncate" style={width ? { width: `calc(${width})` } : undefined}>
        {props.time}
        {props.chapter && <span className="pl-2 text-dim">{props.chapter}</span>}
      </p>
    </div>
  );
}

/** A value that is there for so long after it was set last. */
function useBriefly<T>(for_ms: number): [T | null, (value: T) => void] {
  const [value, setValue] = useState<T | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const show = (shown: T) => {
    setValue(() => shown);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setValue(null), for_ms);
  };
  return [value, show];
}
