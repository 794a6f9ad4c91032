import { act, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, test, vi } from "vitest";
import { inOrder, MembersPanel } from "@/features/members/MembersPanel";
import { pillOf, SyncPill } from "@/features/player/SyncPill";
import { meaningOf } from "@/features/player/useKeys";
import { wordsFor } from "@/features/player/useWhoDidWhat";
import { WaitOverlay } from "@/features/player/WaitOverlay";
import { InviteDialog } from "@/features/rooms/InviteDialog";
import { QueuePanel } from "@/features/rooms/QueuePanel";
import { i18next } from "@/lib/i18n";
import { mayDo } from "@/room/context";
import { aMember, anAnswer, aRoom, aTimeline, ITEM } from "../support/room";

describe("who may what", () => {
  const guest = () => ({ ...aMember("you"), actions: [] });
  test("MEM3 the host may everything, others may chat", () => {
    const { store } = aRoom();
    expect(mayDo(store.getState(), "member.kick")).toBe(true);
    store.joined(anAnswer({ you: guest() }));
    expect(mayDo(store.getState(), "chat.send")).toBe(true);
    expect(mayDo(store.getState(), "playback.seek")).toBe(false);
  });
  test("MEM3 control for everyone opens the film, not the room", () => {
    const { store } = aRoom({ you: guest() });
    const { room } = store.getState();
    if (room) store.roomChanged({ room: { ...room, control: "everyone" }, epoch: 1, seq: 11 });
    expect(mayDo(store.getState(), "playback.seek")).toBe(true);
    expect(mayDo(store.getState(), "room.edit")).toBe(false);
  });
});

describe("people", () => {
  test("the host first, then who is here, then who is away", () => {
    const order = inOrder([
      aMember("a", { name: "Ann", online: false }),
      aMember("b", { name: "Ben" }),
      aMember("h", { name: "Zoe", host: true }),
    ]);
    expect(order.map((each) => each.name)).toEqual(["Zoe", "Ben", "Ann"]);
  });

  test("the host can pass the seat on, others see no menu", async () => {
    const room = aRoom();
    room.show(<MembersPanel />);
    await userEvent.click(screen.getByRole("button", { name: "What to do about Ann" }));
    await userEvent.click(await screen.findByRole("menuitem", { name: "Make host" }));
    expect(room.command).toHaveBeenCalledWith("host:pass", { member_id: "ann" }, undefined);
    act(() => room.store.hostChanged({ member_id: "ann", reason: "passed", epoch: 1, seq: 11 }));
    expect(screen.queryByRole("button", { name: /What to do/ })).toBeNull();
  });
});

describe("waiting", () => {
  test("PB11 names who is awaited and offers to go on without", async () => {
    vi.spyOn(performance, "now").mockReturnValue(4_000);
    const room = aRoom({
      timeline: aTimeline({ state: "waiting" }),
      members: [aMember("you", { name: "Kim" }), aMember("ann", { name: "Ann", ready: false })],
    });
    room.show(<WaitOverlay />);
    expect(screen.getByRole("status")).toHaveTextContent("Waiting for Ann");
    await userEvent.click(screen.getByRole("button", { name: "Go on without" }));
    expect(room.command).toHaveBeenCalledWith("wait:skip", undefined, undefined);
  });
});

describe("the pill", () => {
  test("puts one's own drift into a word", () => {
    expect(pillOf("joined", "playing", 9).key).toBe("in_sync");
    expect(pillOf("joined", "playing", 120).key).toBe("behind");
    expect(pillOf("joined", "playing", null).key).toBe("catching_up");
    expect(pillOf("reconnecting", "playing", 9).key).toBe("reconnecting");
  });

  test("reads from whoever drives now, not from whoever drove first", async () => {
    const room = aRoom({ timeline: aTimeline({ state: "playing" }) });
    const view = room.show(<SyncPill drifts={() => []} />);
    expect(screen.getByRole("button")).toHaveTextContent("catching up");
    view.unmount();
    let drifts: number[] = [];
    room.show(<SyncPill drifts={() => drifts} />);
    drifts = [4];
    expect(await screen.findByText("in sync · 4 ms")).toBeInTheDocument();
  });

  test("opens to a table by member", async () => {
    const room = aRoom({ timeline: aTimeline({ state: "playing" }) });
    room.show(<SyncPill drifts={() => [9]} />);
    await userEvent.click(screen.getByRole("button", { name: "in sync · 9 ms" }));
    expect(await screen.findByRole("rowheader", { name: "Ann" })).toBeInTheDocument();
    expect(screen.getByRole("columnheader", { name: "Drift" })).toBeInTheDocument();
  });
});

describe("who did what", () => {
  const { store } = aRoom();
  const by = { member_id: "ben", name: "Ben" };
  test.each([
    [{ cause: "pause" as const, by }, "Ben paused"],
    [{ cause: "seek" as const, by, position_s: 2530 }, "Ben skipped to 0:42:10"],
    [{ cause: "load" as const, by, item: ITEM }, "Ben put on The Lantern Keeper"],
    [{ cause: "pause" as const, by: { member_id: "you", name: "Kim" } }, null],
    [{ cause: "ready" as const, by: null }, null],
  ])("%j", (over, words) => {
    const notice = { kind: "timeline" as const, timeline: aTimeline(over), from_s: 0 };
    expect(wordsFor(notice, store.getState(), i18next.t)).toBe(words);
  });
});

describe("the queue", () => {
  test("is shown in order, and edited by who may", async () => {
    const entry = (id: string) => ({ id, item: ITEM, by: { member_id: "ann", name: "Ann" } });
    const room = aRoom({ queue: [entry("q1"), entry("q2")] });
    room.show(<QueuePanel onAdd={() => undefined} />);
    const remove = screen.getAllByRole("button", { name: "Remove from the queue" });
    expect(remove).toHaveLength(2);
    await userEvent.click(remove[0] as HTMLElement);
    expect(room.command).toHaveBeenCalledWith("queue:remove", { entry_id: "q1" }, undefined);
  });
});

describe("inviting", () => {
  test.each([
    ["https://films.example/r/ABC", "https://films.example/r/ABC"],
    ["r/ABC", `${location.origin}/r/ABC`],
  ])("the link %s is shown as %s", (link, shown) => {
    const room = aRoom();
    const { room: info } = room.store.getState();
    if (info) room.store.roomChanged({ room: { ...info, link }, epoch: 1, seq: 11 });
    room.show(<InviteDialog open onOpenChange={() => undefined} />);
    expect(screen.getByRole("textbox", { name: "Link to this party" })).toHaveValue(shown);
  });
});

test("keys mean what people expect", () => {
  expect([" ", "k", "K", "ArrowLeft", "f", "?", "x"].map(meaningOf)).toEqual([
    "toggle",
    "toggle",
    "toggle",
    "back_5",
    "fullscreen",
    "help",
    null,
  ]);
});
