/** Media keys and the buttons of picture-in-picture: a person's act, so a command when permitted. */
import { useEffect } from "react";
import { resolve } from "@/lib/api";
import { mayDo, useCommands, useLive, useRoom } from "@/room/context";
import type { Driver } from "./driver";

export function useMediaKeys(driver: Driver | null): void {
  const { store } = useLive();
  const commands = useCommands();
  const item = useRoom((state) => state.timeline?.item ?? null);
  useEffect(() => {
    if (!("mediaSession" in navigator) || !item) return;
    const session = navigator.mediaSession;
    const artwork = item.poster ? [{ src: resolve(item.poster) }] : [];
    session.metadata = new MediaMetadata({
      title: item.title,
      artist: item.subtitle ?? "",
      artwork,
    });
    const allowed = (act: () => unknown) => () => {
      if (mayDo(store.getState(), "playback.play_pause")) act();
    };
    const skip = (by_s: number) => () => {
      const at_s = driver?.expected();
      if (typeof at_s === "number" && mayDo(store.getState(), "playback.seek")) {
        void commands.seek(Math.min(Math.max(0, at_s + by_s), item.duration_s));
      }
    };
    const handlers: [MediaSessionAction, () => void][] = [
      ["play", allowed(commands.play)],
      ["pause", allowed(commands.pause)],
      ["seekbackward", skip(-10)],
      ["seekforward", skip(10)],
    ];
    for (const [action, handler] of handlers) session.setActionHandler(action, handler);
    return () => {
      for (const [action] of handlers) session.setActionHandler(action, null);
      session.metadata = null;
    };
  }, [driver, item, store, commands]);
}
