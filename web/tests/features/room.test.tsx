import { act, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, test, vi } from "vitest";
import { inOrder, MembersPanel } from "@/features/members/MembersPanel";
import { pillOf, SyncPill } from "@/features/player/SyncPill";
import { wordsOfDrift } from "@/features/player/SyncTable";
import { WaitOverlay } from "@/features/player/WaitOverlay";
import { wordsFor } from "@/features/player/who";
import { InviteDialog } from "@/features/rooms/InviteDialog";
import { QueuePanel } from "@/features/rooms/QueuePanel";
import { i18next } from "@/lib/i18n";
import type { RoomSync } from "@/lib/types";
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
  test("MEM5 whoever stands in steers, but does not rule", () => {
    const { store } = aRoom({ you: guest() });
    store.hostChanged({ member_id: "you", reason: "succession", epoch: 1, seq: 11 });
    expect(mayDo(store.getState(), "playback.seek")).toBe(true);
    expect(mayDo(store.getState(), "member.permit")).toBe(false);
    store.hostChanged({ member_id: "you", reason: "passed", epoch: 1, seq: 12 });
    expect(mayDo(store.getState(), "member.permit")).toBe(true);
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
    await userEvent.click(await screen.findByRole("menuitem", { name: "Hand over the remote" }));
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
    await userEvent.click(screen.getByRole("button", { name: "Go on without them" }));
    expect(room.command).toHaveBeenCalledWith("wait:skip", undefined, undefined);
  });
});

describe("the pill", () => {
  const sync = { spread_ms: 3, p95_ms: 4, members: 2, behind: [] };
  const facts = {
    phase: "joined",
    state: "playing" as string | undefined,
    out: false,
    starting: false,
    own_ms: 9 as number | null,
    sync: null as RoomSync | null,
  };
  test.each([
    [{}, "in_sync", "sync"],
    [{ own_ms: 120 }, "behind", "wait"],
    [{ own_ms: null }, "catching_up", "wait"],
    [{ own_ms: null, starting: true }, "starting", "sync"],
    [{ phase: "reconnecting" }, "reconnecting", "trouble"],
    [{ out: true }, "out", "still"],
    [{ state: "waiting" }, "waiting", "wait"],
    [{ state: "paused", sync }, "paused", "still"],
    [{ sync }, "spread", "sync"],
    [{ sync: { ...sync, spread_ms: 200 } }, "spread", "wait"],
    [{ sync: { ...sync, spread_ms: null } }, "in_sync", "sync"],
    [{ sync: { ...sync, behind: [{ member_id: "a", why: "hidden" as const }] } }, "who", "wait"],
    [{ own_ms: 120, sync }, "behind", "wait"],
  ])("SYN1 %j is %s", (over, key, tone) => {
    expect(pillOf({ ...facts, ...over })).toMatchObject({ key, tone });
  });

  test("SYN1 shows the spread of the room, then who is behind", async () => {
    const room = aRoom({ timeline: aTimeline({ state: "playing" }) });
    room.store.synced({ ...sync, epoch: 1, seq: 10 });
    vi.spyOn(performance, "now").mockReturnValue(1_000);
    room.show(<SyncPill drifts={() => [-4]} />);
    expect(screen.getByRole("button")).toHaveTextContent("everyone within 3 ms");
    const behind = [{ member_id: "ann", why: "slow_link" as const }];
    room.store.synced({ ...sync, behind, epoch: 1, seq: 10 });
    expect(await screen.findByText("Ann's link is slow")).toBeInTheDocument();
    await userEvent.click(screen.getByRole("button"));
    expect(await screen.findByText("Everyone within 3 ms")).toBeInTheDocument();
    expect(screen.getByRole("rowheader", { name: /Ann/ })).toHaveTextContent("slow link");
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
    expect(screen.getByRole("columnheader", { name: "Loaded" })).toBeInTheDocument();
  });

  test.each([
    [12.4, "12 ms ahead"],
    [-12.4, "12 ms behind"],
    [0.2, "level"],
    [-14_000, "14 s behind"],
    [null, "–"],
  ])("a drift of %s ms is %s", (drift_ms, words) => {
    expect(wordsOfDrift(drift_ms, i18next.t)).toBe(words);
  });
});

describe("who is out", () => {
  const { store } = aRoom();
  const ann = aMember("ann", { name: "Ann" });
  const you = aMember("you", { name: "Kim" });
  test.each([
    ["excused" as const, [ann], "Going on without Ann. They come back by themselves."],
    ["excused" as const, [you], /The others go on without you/],
    ["stepped_out" as const, [ann], "Ann stepped out"],
    ["stepped_out" as const, [you], null],
    ["stepped_in" as const, [ann], "Ann is back"],
  ])("PB11 PB22 %s", (kind, members, words) => {
    const said = wordsFor({ kind, members }, store.getState(), i18next.t);
    if (words === null) expect(said).toBeNull();
    else expect(said).toMatch(words);
  });
  test("PB21 who did not answer is named", () => {
    const notice = { kind: "check_closed" as const, reason: "unanswered", missing: ["ann"] };
    expect(wordsFor(notice, store.getState(), i18next.t)).toBe("Not everybody answered: Ann");
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
    [{ cause: "rate" as const, by, speed: 1.25, rate: 1.225 }, "Ben set the speed to 1.25×"],
    [{ cause: "ease" as const, by }, null],
  ])("%j", (over, words) => {
    const notice = {
      kind: "timeline" as const,
      timeline: aTimeline(over),
      before: null,
      from_s: 0,
    };
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
