/** Keys in the room. Letters typed into a field, and keys a control uses itself, are left alone. */
import { useEffectEvent, useLayoutEffect } from "react";
import { useCommands, useLive } from "@/room/context";
import type { Driver } from "./driver";
import type { Steer } from "./steer";

interface Ports {
  driver: Driver | null;
  steer: Steer;
  undo: () => void;
  fullscreen: () => void;
  subtitles: () => void;
  skipMarker: () => void;
  onChat: () => void;
  onHelp: () => void;
}

/** What a key means, or null when it is not ours. */
export function meaningOf(key: string): string | null {
  const meanings: Record<string, string> = {
    " ": "toggle",
    k: "toggle",
    j: "back_10",
    l: "on_10",
    ArrowLeft: "back_5",
    ArrowRight: "on_5",
    ArrowUp: "louder",
    ArrowDown: "quieter",
    "<": "slower",
    ">": "faster",
    f: "fullscreen",
    m: "mute",
    c: "subtitles",
    s: "skip_marker",
    n: "next",
    o: "out",
    u: "undo",
    Enter: "chat",
    "?": "help",
  };
  return meanings[key.length === 1 ? key.toLowerCase() : key] ?? null;
}

/** What goes on while the key is held down. Steps through the film are added up to one command. */
const HELD: ReadonlySet<string> = new Set([
  "louder",
  "quieter",
  "back_5",
  "on_5",
  "back_10",
  "on_10",
]);

function isBusy(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest("input, textarea, select, [contenteditable], [role=dialog], [role=menu]")) {
    return true;
  }
  if (target.closest("[role=slider], [role=tab]")) return key.startsWith("Arrow");
  return target.closest("button, a") !== null && (key === " " || key === "Enter");
}

export function useKeys({
  driver,
  steer,
  undo,
  fullscreen,
  subtitles,
  skipMarker,
  onChat,
  onHelp,
}: Ports): void {
  const { store } = useLive();
  const commands = useCommands();

  const act = (meaning: string): void => {
    const louder = (by: number) => {
      if (!driver) return;
      const { volume } = driver.view.getState();
      driver.setVolume(Math.min(1, Math.max(0, volume + by)));
    };
    const acts: Record<string, () => void> = {
      toggle: steer.toggle,
      back_10: () => steer.skip(-10),
      on_10: () => steer.skip(10),
      back_5: () => steer.skip(-5),
      on_5: () => steer.skip(5),
      louder: () => louder(0.05),
      quieter: () => louder(-0.05),
      slower: () => steer.stepSpeed(-1),
      faster: () => steer.stepSpeed(1),
      fullscreen,
      subtitles,
      skip_marker: skipMarker,
      mute: () => driver?.setMuted(!driver.view.getState().muted),
      next: steer.next,
      out: () => steer.stepOut(!store.getState().out),
      undo,
      // While everybody is asked, Enter is the answer.
      chat: () => {
        const { check, you } = store.getState();
        if (check && you && !you.answered) void commands.answerCheck(true);
        else onChat();
      },
      help: onHelp,
    };
    acts[meaning]?.();
  };

  const pressed = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const meaning = meaningOf(event.key);
    if (!meaning || isBusy(event.target, event.key)) return;
    event.preventDefault();
    // A key held down is one act, not thirty.
    if (!event.repeat || HELD.has(meaning)) act(meaning);
  });

  // One listener for as long as the player is there. A new one for each drawing would lose keys:
  // React may draw between two listeners of the same key, and one added by then is not called.
  useLayoutEffect(() => {
    const listener = (event: KeyboardEvent) => pressed(event);
    addEventListener("keydown", listener);
    return () => removeEventListener("keydown", listener);
  }, []);
}
