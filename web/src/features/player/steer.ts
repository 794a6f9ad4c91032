/**
 * What a person means by a key, a button or a media key, as commands. Here it is decided that one
 * act gives one command: doubles are dropped, steps are added up, and who may not steer is told
 * what they can do instead (SPEC DRV-5).
 */
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { clockTime } from "@/lib/format";
import type { Action } from "@/lib/types";
import { mayDo, useCommands, useLive } from "@/room/context";
import { notify } from "@/ui/toast";
import type { Driver } from "./driver";

/** The speeds one can choose (SPEC PB-15 allows 0.5–2). */
export const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2] as const;

const ONE_ACT_MS = 300;
const ONE_JOURNEY_MS = 700;
const SETTLED_MS = 250;

export interface Steer {
  play(): void;
  pause(): void;
  toggle(): void;
  /** By so many seconds of film; quick steps are added up to one jump. */
  skip(by_s: number): void;
  /** To a position of film. */
  seek(to_s: number): void;
  next(): void;
  setSpeed(speed: number): void;
  /** To the next speed of the list, up or down. */
  stepSpeed(by: 1 | -1): void;
  stepOut(out: boolean): void;
  askIfReady(): void;
}

/** Lets one call through and drops those that follow within `ONE_ACT_MS`. */
export function createGate(now: () => number = () => performance.now()) {
  let last_ms = Number.NEGATIVE_INFINITY;
  return (): boolean => {
    if (now() - last_ms < ONE_ACT_MS) return false;
    last_ms = now();
    return true;
  };
}

/** The next speed of the list; the same one at its ends. */
export function nextSpeed(speed: number, by: 1 | -1): number {
  const further = SPEEDS.filter((each) => (by > 0 ? each > speed + 1e-6 : each < speed - 1e-6));
  return (by > 0 ? further[0] : further[further.length - 1]) ?? speed;
}

interface Ports {
  /** Where the film is, in seconds. */
  expected(): number | null;
  duration_s(): number;
  seek(to_s: number): void;
  /** Says where the steps lead, while they are added up. */
  show(to_s: number): void;
}

/** The first step goes at once; those right after it are added up and sent when they have ended. */
export function createStepper(ports: Ports, now: () => number = () => performance.now()) {
  let target_s: number | null = null;
  let stepped_ms = Number.NEGATIVE_INFINITY;
  let timer: ReturnType<typeof setTimeout> | undefined;
  return (by_s: number): void => {
    const goes_on = now() - stepped_ms < ONE_JOURNEY_MS;
    const from_s = goes_on && target_s !== null ? target_s : ports.expected();
    if (from_s === null) return;
    const to_s = Math.min(Math.max(0, from_s + by_s), ports.duration_s());
    target_s = to_s;
    stepped_ms = now();
    clearTimeout(timer);
    if (!goes_on) return ports.seek(to_s);
    ports.show(to_s);
    timer = setTimeout(() => ports.seek(to_s), SETTLED_MS);
  };
}

/** Steering for one player. `onAsk` opens the chat, for who may not steer themselves. */
export function useSteer(driver: Driver | null, onAsk: () => void): Steer {
  const { store } = useLive();
  const commands = useCommands();
  const { t } = useTranslation();
  return useMemo(() => {
    const state = store.getState;
    const gate = createGate();
    const stepOut = (out: boolean) => {
      if (state().out !== out) void commands.step(out);
    };

    const explain = () => {
      const host = state().members.find((each) => each.host && each.id !== state().you?.id);
      notify({
        key: "steer",
        text: host ? t("steer.host", { name: host.name }) : t("steer.nobody"),
        actions: [
          { label: t("steer.step_out"), act: () => stepOut(true) },
          { label: t("steer.ask"), act: onAsk },
        ],
      });
    };
    /** Runs an act on the room when it is permitted and this screen is part of it. */
    const meant = (action: Action, act: () => unknown) => {
      if (!state().timeline?.item) return;
      if (state().out) notify({ key: "steer", text: t("steer.out") });
      else if (mayDo(state(), action)) void act();
      else explain();
    };
    const standing = () => state().timeline?.state === "paused";
    const steps = createStepper({
      expected: () => driver?.expected() ?? null,
      duration_s: () => state().timeline?.duration_s ?? 0,
      seek: (to_s) => void commands.seek(to_s),
      show: (to_s) =>
        notify({ key: "timeline", text: t("steer.to", { position: clockTime(to_s, true) }) }),
    });
    const setSpeed = (speed: number) =>
      meant("playback.rate", () => state().timeline?.speed !== speed && commands.rate(speed));

    const play = () => {
      if (!gate()) return;
      if (state().out) stepOut(false);
      else if (standing()) meant("playback.play_pause", commands.play);
    };
    const pause = () => {
      if (!gate() || state().out || standing()) return;
      meant("playback.play_pause", commands.pause);
    };
    return {
      play,
      pause,
      toggle: () => (standing() || state().out ? play() : pause()),
      seek: (to_s) => gate() && meant("playback.seek", () => commands.seek(to_s)),
      skip: (by_s) => meant("playback.seek", () => steps(by_s)),
      next: () => meant("playback.load", commands.next),
      setSpeed,
      stepSpeed: (by) => setSpeed(nextSpeed(state().timeline?.speed ?? 1, by)),
      stepOut,
      askIfReady: () => meant("playback.play_pause", commands.openCheck),
    };
  }, [driver, store, commands, t, onAsk]);
}
