/**
 * Media keys, headset buttons and the buttons of picture-in-picture. The browser does not tell a
 * press from an act of the system (a headset taken off, another app that wants the sound), so they
 * steer the party only for who may and wants that; for others they act on their own screen.
 */
import { useEffect, useState } from "react";
import { resolve } from "@/lib/api";
import { keep, kept } from "@/lib/kept";
import { mayDo, useLive, useRoom } from "@/room/context";
import type { RoomState } from "@/room/state";
import { createGate, type Steer } from "./steer";

const KEY = "media_keys";
/** Right after a change of the audio devices a pause is the system's. */
const UNPLUGGED_MS = 1_000;

/** May and shall media keys steer the party? Without a choice: for the host they do. */
export function mediaKeysSteer(state: RoomState, chosen: string | null): boolean {
  if (!mayDo(state, "playback.play_pause")) return false;
  return chosen === null ? (state.you?.host ?? false) : chosen === "room";
}

/** The choice of this device, and how to change it. */
export function useMediaKeysChoice(): [steers: boolean, choose: (steers: boolean) => void] {
  const [chosen, setChosen] = useState(() => kept(KEY));
  const steers = useRoom((state) => mediaKeysSteer(state, chosen));
  const choose = (on: boolean) => {
    const word = on ? "room" : "self";
    keep(KEY, word);
    setChosen(word);
  };
  return [steers, choose];
}

export function useMediaKeys(steer: Steer): void {
  const { store } = useLive();
  const item = useRoom((state) => state.timeline?.item ?? null);
  const moving = useRoom(({ timeline, out }) => timeline?.state === "playing" && !out);

  useEffect(() => {
    if (!("mediaSession" in navigator) || !item) return;
    const session = navigator.mediaSession;
    session.metadata = new MediaMetadata({
      title: item.title,
      artist: item.subtitle ?? "",
      artwork: item.poster ? [{ src: resolve(item.poster) }] : [],
    });
    let plugged_ms = Number.NEGATIVE_INFINITY;
    const plugged = () => {
      plugged_ms = performance.now();
    };
    const steers = () => mediaKeysSteer(store.getState(), kept(KEY));
    const system = () => performance.now() - plugged_ms < UNPLUGGED_MS;
    const gate = createGate();
    const own = (out: boolean) => gate() && steer.stepOut(out);
    const handlers: [MediaSessionAction, () => void][] = [
      ["play", () => (steers() ? steer.play() : own(false))],
      ["pause", () => (steers() && !system() ? steer.pause() : own(true))],
      ["seekbackward", () => steers() && steer.skip(-10)],
      ["seekforward", () => steers() && steer.skip(10)],
    ];
    for (const [action, handler] of handlers) session.setActionHandler(action, handler);
    navigator.mediaDevices?.addEventListener("devicechange", plugged);
    return () => {
      navigator.mediaDevices?.removeEventListener("devicechange", plugged);
      for (const [action] of handlers) session.setActionHandler(action, null);
      session.metadata = null;
    };
  }, [item, store, steer]);

  // The system shows the right button only when it knows what the own screen does.
  useEffect(() => {
    if (!("mediaSession" in navigator)) return;
    navigator.mediaSession.playbackState = !item ? "none" : moving ? "playing" : "paused";
  }, [item, moving]);
}
