import type { CSSProperties } from "react";
import { cn } from "@/ui/cn";
import { type Cue, cuesAt, type Run } from "./cues";
import { useNow } from "./useNow";
import type { Size, Subtitles } from "./useSubtitles";

const LOOK_EVERY_MS = 80;
const RAISED = "pb-28 brief:pb-22";
/** Shares of the picture's height, within what can be read on a phone. */
const SIZE: Readonly<Record<Size, string>> = {
  small: "clamp(0.85rem, 3.4cqh, 2.2rem)",
  medium: "clamp(1rem, 4.6cqh, 3rem)",
  large: "clamp(1.25rem, 6.2cqh, 4rem)",
  huge: "clamp(1.6rem, 8cqh, 5.2rem)",
};

/** What is said at this moment, above the controls while those are there. */
export function SubtitleLines(props: {
  subtitles: Subtitles;
  /** The film's position on this screen. */
  position: () => number;
  raised: boolean;
}) {
  const { cues, shift_s, size, look } = props.subtitles;
  const key = useNow(() => {
    const now = cuesAt(cues, props.position() - shift_s);
    return now.map((each) => cues.indexOf(each)).join(" ");
  }, LOOK_EVERY_MS);
  if (key === "") return null;
  const said = key.split(" ").map((each) => cues[Number(each)]);
  return (
    <div aria-hidden className="pointer-events-none absolute inset-0 z-5 [container-type:size]">
      <div
        className={cn(
          "absolute inset-x-0 bottom-0 grid justify-items-center gap-1 px-[6%] text-center font-medium leading-snug transition-[padding] duration-200",
          props.raised ? RAISED : "pb-[5cqh]",
          // The bars are there also while something in them has the focus.
          "in-[section:has([data-bars]_:focus-visible)]:pb-28 in-[section:has([data-bars]_[data-popup-open])]:pb-28",
        )}
        style={{ fontSize: SIZE[size] } satisfies CSSProperties}
      >
        {said.map(
          (cue) =>
            cue && <Said key={`${cue.start_s} ${cue.end_s}`} cue={cue} box={look === "box"} />,
        )}
      </div>
    </div>
  );
}

function Said({ cue, box }: { cue: Cue; box: boolean }) {
  return (
    <p dir="auto" className="max-w-[42em]">
      {cue.lines.map((runs, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: lines have no name but their place
        <span key={index} className="block">
          <span
            className={cn(
              "text-white",
              box
                ? "box-decoration-clone bg-black/75 px-[0.35em] py-[0.08em]"
                : "[text-shadow:0_0_0.12em_#000,0_0.05em_0.2em_#000,0_0_0.35em_#000]",
            )}
          >
            {runs.map((run, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: as above
              <Marked key={at} run={run} />
            ))}
          </span>
        </span>
      ))}
    </p>
  );
}

function Marked({ run }: { run: Run }) {
  return (
    <span
      className={cn(
        run.marks.includes("i") && "italic",
        run.marks.includes("b") && "font-bold",
        run.marks.includes("u") && "underline",
      )}
    >
      {run.text}
    </span>
  );
}
