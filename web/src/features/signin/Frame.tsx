import type { ReactNode } from "react";
import { Wordmark } from "@/ui/wordmark";

/** A quiet page with one thing to do, lit by the projector. */
export function Frame({
  title,
  text,
  children,
}: {
  title: string;
  text?: string;
  children: ReactNode;
}) {
  return (
    <main className="relative grid min-h-dvh place-items-center overflow-hidden px-4 py-10">
      <svg
        aria-hidden="true"
        viewBox="0 0 160 100"
        preserveAspectRatio="none"
        className="pointer-events-none absolute inset-0 size-full"
      >
        <path d="M80 -6 L8 106 H152 Z" className="fill-accent opacity-[0.045]" />
        <path d="M80 -6 L44 106 H116 Z" className="fill-accent opacity-[0.045]" />
      </svg>
      <div className="relative grid w-full max-w-md gap-8">
        <Wordmark />
        <header className="grid gap-2">
          <h1 className="title text-4xl">{title}</h1>
          {text && <p className="text-pretty text-dim">{text}</p>}
        </header>
        {children}
      </div>
    </main>
  );
}
