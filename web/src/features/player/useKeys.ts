/** Keys in the room. Letters typed into a field, and keys a control uses itself, are left alone. */
import { useEffect } from "react";
import { mayDo, useCommands, useLive } from "@/room/context";
import type { Driver } from "./driver";

interface Ports {
  driver: Driver | null;
  fullscreen: () => void;
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
    f: "fullscreen",
    m: "mute",
    n: "next",
    Enter: "chat",
    "?": "help",
  };
  return meanings[key.length === 1 ? key.toLowerCase() : key] ?? null;
}

function isBusy(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest("input, textarea, select, [contenteditable], [role=dialog], [role=menu]")) {
    return true;
  }
  if (target.closest("[role=slider], [role=tab]")) return key.startsWith("Arrow");
  return target.closest("button, a") !== null && (key === " " || key === "Enter");
}

export function useKeys({ driver, fullscreen, onChat, onHelp }: Ports): void {
  const { store } = useLive();
  const commands = useCommands();
  useEffect(() => {
    const skip = (by_s: number) => {
      const at_s = driver?.expected();
      const { duration_s = 0 } = store.getState().timeline ?? {};
      if (at_s !== null && at_s !== undefined && mayDo(store.getState(), "playback.seek")) {
        void commands.seek(Math.min(Math.max(0, at_s + by_s), duration_s));
      }
    };
    const louder = (by: number) => {
      if (!driver) return;
      const { volume } = driver.view.getState();
      driver.setVolume(Math.min(1, Math.max(0, volume + by)));
    };
    const acts: Record<string, () => void> = {
      toggle: () => {
        const state = store.getState();
        if (!state.timeline?.item || !mayDo(state, "playback.play_pause")) return;
        void (state.timeline.state === "paused" ? commands.play() : commands.pause());
      },
      back_10: () => skip(-10),
      on_10: () => skip(10),
      back_5: () => skip(-5),
      on_5: () => skip(5),
      louder: () => louder(0.05),
      quieter: () => louder(-0.05),
      fullscreen,
      mute: () => driver?.setMuted(!driver.view.getState().muted),
      next: () => void (mayDo(store.getState(), "playback.load") && commands.next()),
      chat: onChat,
      help: onHelp,
    };
    const pressed = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      const meaning = meaningOf(event.key);
      if (!meaning || isBusy(event.target, event.key)) return;
      event.preventDefault();
      acts[meaning]?.();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [driver, store, commands, fullscreen, onChat, onHelp]);
}
