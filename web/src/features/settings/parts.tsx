/** The frame of each form in the settings. */
import type { ReactNode } from "react";

export function Part(props: { title: string; text?: string; children: ReactNode }) {
  return (
    <section className="grid gap-4">
      <header>
        <h2 className="title text-xl">{props.title}</h2>
        {props.text && <p className="mt-1 text-dim text-sm">{props.text}</p>}
      </header>
      <div className="rounded-card bg-surface p-4">{props.children}</div>
    </section>
  );
}

export function Row(props: { name: string; text: string; children?: ReactNode }) {
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-3">
      <div className="min-w-40 flex-1">
        <p className="font-medium">{props.name}</p>
        <p className="text-dim text-sm">{props.text}</p>
      </div>
      {props.children}
    </div>
  );
}
