import { useEffect, useState } from "react";
import { useLive } from "@/room/context";

interface Floating {
  id: number;
  emoji: string;
  left: number;
  sway: number;
}

const STAY_MS = 3_200;
const AT_MOST = 24;
let last = 0;

/** Reactions float briefly over the picture's edge. */
export function Reactions() {
  const { store } = useLive();
  const [floating, setFloating] = useState<Floating[]>([]);
  useEffect(
    () =>
      store.onNotice((notice) => {
        if (notice.kind !== "reaction") return;
        const id = ++last;
        const one = { id, emoji: notice.emoji, left: (id * 37) % 60, sway: ((id * 53) % 60) - 30 };
        setFloating((all) => [...all, one].slice(-AT_MOST));
        setTimeout(() => setFloating((all) => all.filter((each) => each.id !== id)), STAY_MS);
      }),
    [store],
  );
  return (
    <div aria-hidden className="pointer-events-none absolute right-4 bottom-24 z-10 w-24">
      {floating.map((each) => (
        <span
          key={each.id}
          style={{ left: `${each.left}%`, "--sway": `${each.sway}px` } as React.CSSProperties}
          className="absolute bottom-0 animate-rise text-3xl"
        >
          {each.emoji}
        </span>
      ))}
    </div>
  );
}
