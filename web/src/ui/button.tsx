import { cva, type VariantProps } from "class-variance-authority";
import type { ComponentProps, ReactNode } from "react";
import { cn } from "./cn";
import { Spinner } from "./spinner";

export const buttonStyle = cva(
  "inline-flex shrink-0 select-none items-center justify-center gap-2 rounded-full font-medium whitespace-nowrap transition-colors duration-150 disabled:opacity-50 disabled:pointer-events-none aria-disabled:opacity-50 [&_svg]:size-[1.15em] [&_svg]:shrink-0",
  {
    variants: {
      tone: {
        primary: "bg-accent text-accent-ink hover:bg-accent-strong",
        quiet: "bg-raised text-ink hover:bg-lifted",
        ghost: "text-dim hover:bg-raised hover:text-ink",
        danger: "bg-danger-wash text-danger hover:bg-danger hover:text-bg",
        link: "text-accent-text underline-offset-4 hover:underline rounded-md",
      },
      size: {
        md: "min-h-11 px-5 text-[0.95rem]",
        sm: "min-h-11 px-4 text-sm",
        lg: "min-h-13 px-7 text-base",
        icon: "size-11 [&_svg]:size-5",
        inline: "min-h-0 px-0.5",
      },
    },
    defaultVariants: { tone: "quiet", size: "md" },
  },
);

type Props = ComponentProps<"button"> & VariantProps<typeof buttonStyle> & { busy?: boolean };

export function Button({ tone, size, busy = false, className, children, ...rest }: Props) {
  return (
    <button
      type="button"
      {...rest}
      disabled={rest.disabled || busy}
      aria-busy={busy || undefined}
      className={cn(buttonStyle({ tone, size }), className)}
    >
      {busy && <Spinner />}
      {children}
    </button>
  );
}

/** A button that shows an icon only; its label is for assistive technology and the tooltip. */
export function IconButton({
  label,
  children,
  ...rest
}: Omit<Props, "size"> & { label: string; children: ReactNode }) {
  return (
    <Button tone="ghost" {...rest} size="icon" aria-label={label} title={label}>
      {children}
    </Button>
  );
}
