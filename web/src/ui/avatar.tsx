import type { CSSProperties } from "react";
import { initials } from "@/lib/format";
import { cn } from "./cn";

/** The twelve hues of people, far enough apart to be told from one another. */
const HUES = [72, 200, 20, 145, 300, 95, 240, 345, 170, 270, 45, 120];

/** Sets the person's hue for `person-face` and `person-name` below it. */
export function personStyle(colour: number): CSSProperties {
  return { "--person-hue": HUES[((colour % 12) + 12) % 12] ?? 72 } as CSSProperties;
}

const SIZES = { sm: "size-7 text-[0.68rem]", md: "size-9 text-xs", lg: "size-12 text-base" };

export function Avatar(props: {
  name: string;
  colour: number;
  size?: keyof typeof SIZES;
  dimmed?: boolean;
  className?: string;
}) {
  return (
    <span
      aria-hidden
      style={personStyle(props.colour)}
      className={cn(
        "grid shrink-0 place-items-center rounded-full font-semibold tracking-wide",
        SIZES[props.size ?? "md"],
        props.dimmed ? "bg-raised text-faint" : "person-face",
        props.className,
      )}
    >
      {initials(props.name)}
    </span>
  );
}
