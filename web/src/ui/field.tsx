import { Field as Base } from "@base-ui/react/field";
import { ChevronDown } from "lucide-react";
import type { ComponentProps } from "react";
import { cn } from "./cn";

export const inputStyle =
  "min-h-12 w-full rounded-xl bg-raised px-4 text-ink placeholder:text-faint outline-none transition-shadow focus-visible:ring-2 focus-visible:ring-accent";

/** A labelled text field with a hint and, when something is wrong, what it is. */
export function Field(
  props: ComponentProps<"input"> & { label: string; hint?: string; error?: string | undefined },
) {
  const { label, hint, error, className, ...input } = props;
  return (
    <Base.Root invalid={error !== undefined} className="grid gap-1.5">
      <Base.Label className="font-medium text-dim text-sm">{label}</Base.Label>
      <Base.Control
        {...(input as ComponentProps<typeof Base.Control>)}
        className={cn(inputStyle, error && "ring-2 ring-danger", className)}
      />
      {error ? (
        <Base.Error match className="text-danger text-sm">
          {error}
        </Base.Error>
      ) : (
        hint && <Base.Description className="text-faint text-sm">{hint}</Base.Description>
      )}
    </Base.Root>
  );
}

/** A choice among few, as the platform's own control. */
export function Choice<T extends string>(props: {
  label: string;
  value: T;
  options: readonly { value: T; label: string }[];
  onChange: (value: T) => void;
  className?: string;
}) {
  return (
    <span className={cn("relative inline-flex", props.className)}>
      <select
        aria-label={props.label}
        value={props.value}
        onChange={(event) => props.onChange(event.target.value as T)}
        className={
          "min-h-11 w-full appearance-none rounded-full bg-raised pr-10 pl-4 text-ink text-sm"
        }
      >
        {props.options.map((each) => (
          <option key={each.value} value={each.value}>
            {each.label}
          </option>
        ))}
      </select>
      <ChevronDown
        aria-hidden
        className="-translate-y-1/2 pointer-events-none absolute top-1/2 right-3.5 size-4 text-faint"
      />
    </span>
  );
}
