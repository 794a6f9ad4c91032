import { act, fireEvent, screen } from "@testing-library/react";
import { useEffectEvent, useLayoutEffect, useState } from "react";
import { flushSync } from "react-dom";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Driver } from "@/features/player/driver";
import { createGate, createStepper, nextSpeed, useSteer } from "@/features/player/steer";
import { meaningOf, useKeys } from "@/features/player/useKeys";
import { mediaKeysSteer, useMediaKeys } from "@/features/player/useMediaKeys";
import { keep } from "@/lib/kept";
import type { JoinAnswer } from "@/lib/types";
import { Toaster } from "@/ui/toast";
import { aMember, anAnswer, aRoom, aTimeline } from "../support/room";

const driver = { expected: () => 100, view: { getState: () => ({ volume: 1 }) } };
const onChat = vi.fn();
const undo = vi.fn();
const still = () => undefined;

function Harness() {
  const steer = useSteer(driver as unknown as Driver, onChat);
  useMediaKeys(steer);
  useKeys({
    driver: driver as unknown as Driver,
    steer,
    undo,
    fullscreen: still,
    subtitles: still,
    skipMarker: still,
    onChat,
    onHelp: still,
  });
  return <Toaster />;
}

/** Drawn anew by every key, before the keys that mean something are heard. */
function Redrawn({ opened }: { opened: (time: number) => void }) {
  const [time, setTime] = useState(1);
  return (
    <>
      <Drawing again={() => setTime(time + 1)} />
      <Heard onHelp={() => opened(time)} />
    </>
  );
}

function Drawing({ again }: { again: () => void }) {
  const drawAnew = useEffectEvent(() => flushSync(again));
  useLayoutEffect(() => {
    const listener = () => drawAnew();
    addEventListener("keydown", listener);
    return () => removeEventListener("keydown", listener);
  }, []);
  return null;
}

function Heard({ onHelp }: { onHelp: () => void }) {
  const steer = useSteer(null, still);
  useKeys({
    driver: null,
    steer,
    undo: still,
    fullscreen: still,
    subtitles: still,
    skipMarker: still,
    onChat: still,
    onHelp,
  });
  return null;
}

function here(over: Partial<JoinAnswer> = {}) {
  const room = aRoom({ timeline: aTimeline({ state: "playing" }), ...over });
  room.show(<Harness />);
  return room;
}

const aGuest = () => ({
  you: { ...aMember("you"), actions: [] },
  members: [aMember("you"), aMember("zoe", { name: "Zoe", host: true })],
});
const press = (key: string, more = {}) => fireEvent.keyDown(document.body, { key, ...more });
const aKey = (key: string) => new KeyboardEvent("keydown", { key, bubbles: true });
const sent = ({ command }: ReturnType<typeof aRoom>) =>
  (command.mock.calls as unknown as [string, Record<string, unknown>][]).map(
    ([event, payload]): Record<string, unknown> => ({ event, ...payload }),
  );

let handlers: Record<string, () => void>;

beforeEach(() => {
  handlers = {};
  vi.useFakeTimers();
  localStorage.clear();
  vi.stubGlobal("MediaMetadata", class {});
  Object.defineProperty(navigator, "mediaSession", {
    configurable: true,
    value: {
      setActionHandler: (action: string, handler: (() => void) | null) => {
        if (handler) handlers[action] = handler;
        else delete handlers[action];
      },
    },
  });
  Object.defineProperty(navigator, "mediaDevices", {
    configurable: true,
    value: new EventTarget(),
  });
});

afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

test("a key reaches us although the page is drawn anew while it is on its way", () => {
  const opened = vi.fn();
  aRoom().show(<Redrawn opened={opened} />);
  for (let times = 0; times < 3; times++) document.body.dispatchEvent(aKey("?"));
  expect(opened.mock.calls).toEqual([[2], [3], [4]]);
});

test("keys mean what people expect", () => {
  expect([" ", "k", "K", "ArrowLeft", "f", "?", "<", ">", "o", "u", "x"].map(meaningOf)).toEqual([
    "toggle",
    "toggle",
    "toggle",
    "back_5",
    "fullscreen",
    "help",
    "slower",
    "faster",
    "out",
    "undo",
    null,
  ]);
});

describe("DRV5 one act, one command", () => {
  test("the gate lets one of several through", () => {
    let now = 0;
    const gate = createGate(() => now);
    expect([gate(), gate()]).toEqual([true, false]);
    now = 301;
    expect(gate()).toBe(true);
  });

  test("a key held down does not repeat the act", () => {
    const room = here();
    press(" ");
    for (let i = 0; i < 30; i++) press(" ", { repeat: true });
    press("n", { repeat: true });
    expect(sent(room)).toEqual([{ event: "playback:pause", epoch: 1, revision: 1 }]);
  });

  test("a media key and a headset that both report one press are one act", () => {
    const room = here();
    act(() => handlers.pause?.());
    act(() => room.store.timeline(aTimeline({ revision: 2, state: "paused", seq: 11 })));
    act(() => handlers.play?.());
    expect(sent(room).map((each) => each.event)).toEqual(["playback:pause"]);
    vi.advanceTimersByTime(400);
    act(() => handlers.play?.());
    expect(sent(room).map((each) => each.event)).toEqual(["playback:pause", "playback:play"]);
  });

  test("a step goes at once, those that follow become one jump", () => {
    const room = here();
    press("l");
    press("l");
    for (let i = 0; i < 10; i++) press("l", { repeat: true });
    vi.advanceTimersByTime(1_000);
    expect(sent(room).map((each) => each.position_s)).toEqual([110, 220]);
  });

  test("steps stay within the film", () => {
    const seek = vi.fn();
    const ports = { expected: () => 3, duration_s: () => 60, seek, show: still };
    const step = createStepper(ports, () => 0);
    step(-10);
    step(500);
    vi.advanceTimersByTime(1_000);
    expect(seek.mock.calls).toEqual([[0], [60]]);
  });
});

describe("PB18 the speed", () => {
  test("goes from one to the next of the list, and stays at its ends", () => {
    expect([nextSpeed(1, 1), nextSpeed(1, -1), nextSpeed(2, 1), nextSpeed(0.5, -1)]).toEqual([
      1.25, 0.75, 2, 0.5,
    ]);
    expect(nextSpeed(1.1, 1)).toBe(1.25);
  });

  test("< and > step it for everybody", () => {
    const room = here();
    press(">");
    press("<");
    expect(sent(room).map((each) => [each.event, each.rate])).toEqual([
      ["playback:rate", 1.25],
      ["playback:rate", 0.75],
    ]);
  });
});

describe("who may not steer", () => {
  test("MEM3 is told what they can do instead, and can do it", () => {
    const room = here(aGuest());
    press(" ");
    expect(sent(room)).toEqual([]);
    expect(screen.getByText(/Zoe steers this party/)).toBeInTheDocument();
    fireEvent.click(screen.getByRole("button", { name: "Ask in the chat" }));
    expect(onChat).toHaveBeenCalled();
    vi.advanceTimersByTime(400);
    press(" ");
    fireEvent.click(screen.getByRole("button", { name: "Step out" }));
    expect(sent(room)).toEqual([{ event: "member:step", out: true }]);
    expect(room.store.getState().out).toBe(true);
  });
});

describe("PB22 stepping out", () => {
  test("O leads out and back; what is meant for the film leads back too", () => {
    const room = here();
    press("o");
    press("l");
    press("o");
    press("o");
    press(" ");
    expect(sent(room)).toEqual([
      { event: "member:step", out: true },
      { event: "member:step", out: false },
      { event: "member:step", out: true },
      { event: "member:step", out: false },
    ]);
  });
});

describe("DRV5 media keys", () => {
  test("steer for the host, unless they chose otherwise", () => {
    const host = aRoom().store.getState();
    const guest = aRoom(aGuest()).store.getState();
    expect(mediaKeysSteer(host, null)).toBe(true);
    expect(mediaKeysSteer(host, "self")).toBe(false);
    expect(mediaKeysSteer(guest, "room")).toBe(false);
  });

  test("act on the own screen for who was handed the remote, until they choose", () => {
    const permitted = anAnswer().you;
    const answer = {
      you: { ...permitted, host: false, permits: ["playback.play_pause" as const] },
    };
    const room = here(answer);
    act(() => handlers.pause?.());
    expect(sent(room)).toEqual([{ event: "member:step", out: true }]);
    vi.advanceTimersByTime(400);
    act(() => handlers.play?.());
    expect(room.store.getState().out).toBe(false);
    keep("media_keys", "room");
    vi.advanceTimersByTime(400);
    act(() => handlers.pause?.());
    expect(sent(room)[2]).toMatchObject({ event: "playback:pause" });
  });

  test("a pause right after the headset was unplugged is nobody's command", () => {
    const room = here();
    navigator.mediaDevices.dispatchEvent(new Event("devicechange"));
    act(() => handlers.pause?.());
    expect(sent(room)).toEqual([{ event: "member:step", out: true }]);
  });
});

test("PB21 while everybody is asked, Enter is the answer", () => {
  const check = { by: { member_id: "ann", name: "Ann" }, ends_ms: 60_000, clock_id: "c1" };
  const room = here({ check, timeline: aTimeline({ state: "paused" }) });
  press("Enter");
  expect(sent(room)).toEqual([{ event: "check:answer", ready: true }]);
});
