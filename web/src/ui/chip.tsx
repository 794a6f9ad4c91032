import { X } from "lucide-react";
import type { ComponentProps } from "react";
import { cn } from "./cn";

const CHIP =
  "inline-flex min-h-11 shrink-0 items-center gap-2 rounded-full px-4 text-sm whitespace-nowrap transition-colors [&_svg]:size-4 [&_svg]:shrink-0";

export const chipStyle = (on: boolean) =>
  cn(
    CHIP,
    on ? "bg-accent-wash font-medium text-accent-text" : "bg-raised text-ink hover:bg-lifted",
  );

/** Something that is on or off. */
export function ToggleChip(props: { on: boolean; onChange: (on: boolean) => void; label: string }) {
  return (
    <button
      type="button"
      aria-pressed={props.on}
      onClick={() => props.onChange(!props.on)}
      className={chipStyle(props.on)}
    >
      {props.label}
    </button>
  );
}

/** Something that can be taken away; `label` says what a press does. */
export function RemovableChip({
  label,
  children,
  ...rest
}: ComponentProps<"button"> & { label: string }) {
  return (
    <button
      type="button"
      {...rest}
      aria-label={label}
      className={cn(chipStyle(true), "max-w-72 pr-3")}
    >
      <span dir="auto" className="truncate">
        {children}
      </span>
      <X aria-hidden />
    </button>
  );
}
