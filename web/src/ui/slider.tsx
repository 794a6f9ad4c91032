import { Slider as Base } from "@base-ui/react/slider";
import { cn } from "./cn";

/** A plain slider from 0 to `max`; its value is spoken by `format`. */
export function Slider(props: {
  label: string;
  value: number;
  max: number;
  step: number;
  onChange: (value: number) => void;
  format?: (value: number) => string;
  className?: string;
}) {
  return (
    <Base.Root
      value={props.value}
      max={props.max}
      step={props.step}
      onValueChange={(value) => props.onChange(value as number)}
      className={cn("w-28", props.className)}
    >
      <Base.Control className="flex h-11 w-full touch-none items-center">
        <Base.Track className="relative h-1 w-full rounded-full bg-lifted">
          <Base.Indicator className="rounded-full bg-ink" />
          <Base.Thumb
            aria-label={props.label}
            getAriaValueText={(_, value) => props.format?.(value) ?? String(value)}
            className="size-3.5 rounded-full bg-ink has-focus-visible:outline-2 has-focus-visible:outline-accent has-focus-visible:outline-offset-2"
          />
        </Base.Track>
      </Base.Control>
    </Base.Root>
  );
}
