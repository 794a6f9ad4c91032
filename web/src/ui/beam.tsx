import { cn } from "./cn";

/** The light of the projector, falling from above on a page that has no picture yet. */
export function Beam({ className }: { className?: string }) {
  return (
    <svg
      aria-hidden="true"
      viewBox="0 0 160 100"
      preserveAspectRatio="none"
      className={cn("pointer-events-none absolute inset-0 size-full", className)}
    >
      <path d="M80 -6 L8 106 H152 Z" className="fill-accent opacity-[0.045]" />
      <path d="M80 -6 L44 106 H116 Z" className="fill-accent opacity-[0.045]" />
    </svg>
  );
}
