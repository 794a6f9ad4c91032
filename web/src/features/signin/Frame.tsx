import type { ReactNode } from "react";
import { Beam } from "@/ui/beam";
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
      <Beam />
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
