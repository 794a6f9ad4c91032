import { act, fireEvent, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, test, vi } from "vitest";
import { MembersPanel } from "@/features/members/MembersPanel";
import { Countdown } from "@/features/player/Countdown";
import type { Driver } from "@/features/player/driver";
import { PlayerMenu } from "@/features/player/PlayerMenu";
import { ReadyCheck } from "@/features/player/ReadyCheck";
import { RoomLine } from "@/features/player/RoomLine";
import { SteppedOut, useStepOut } from "@/features/player/SteppedOut";
import type { Steer } from "@/features/player/steer";
import { useWhoDidWhat } from "@/features/player/useWhoDidWhat";
import { RoomMenu } from "@/features/rooms/RoomMenu";
import type { Member } from "@/lib/types";
import { Toaster } from "@/ui/toast";
import { aMember, anAnswer, aRoom, aTimeline } from "../support/room";
import { NOTHING } from "../support/way";

const guest = { you: { ...aMember("you", { name: "Kim" }), actions: [] } };
const ann = (over: Partial<Member> = {}) => aMember("ann", { name: "Ann", ...over });
const kim = (over: Partial<Member> = {}) => aMember("you", { name: "Kim", host: true, ...over });
const changed = (room: ReturnType<typeof aRoom>, ...members: Member[]) =>
  act(() => room.store.membersChanged({ members, epoch: 1, seq: 10 }));

const stepOut = vi.fn();
const driver = {
  expected: () => 75,
  stepOut,
  forget: vi.fn(),
  pictureInPicture: vi.fn(),
} as unknown as Driver;
const steer = { stepOut: vi.fn(), setSpeed: vi.fn() } as unknown as Steer;

function Outside() {
  useStepOut(driver);
  return <SteppedOut driver={driver} steer={steer} />;
}

let undo: () => void = () => undefined;
function Notes() {
  undo = useWhoDidWhat();
  return <Toaster />;
}

afterEach(() => void vi.useRealTimers());

describe("PB21 the ready check", () => {
  const check = { by: { member_id: "ann", name: "Ann" }, ends_ms: 45_000, clock_id: "c1" };
  const asked = () =>
    aRoom({ check, members: [kim(), ann({ answered: true }), aMember("x", { online: false })] });

  test("names the asker, shows the seats and the seconds, and takes the focus", async () => {
    const room = asked();
    room.show(<ReadyCheck />);
    expect(screen.getByRole("status")).toHaveTextContent("Ann asks if you are ready");
    const seats = within(screen.getByRole("list", { name: "Who is ready" }));
    expect(seats.getAllByRole("listitem").map((each) => each.textContent)).toEqual([
      "KKimnot yet",
      "AAnnready",
    ]);
    expect(screen.getByText("1 of 2 ready", { exact: false })).toHaveTextContent("45 seconds left");
    expect(screen.getByRole("button", { name: "I'm ready" })).toHaveFocus();
    await userEvent.keyboard("{Enter}");
    expect(room.command).toHaveBeenCalledWith("check:answer", { ready: true }, undefined);
  });

  test("who has answered may take it back; the focus of a text is left alone", async () => {
    const room = asked();
    room.show(
      <>
        <input aria-label="chat" />
        <ReadyCheck />
      </>,
    );
    act(() => room.store.checkClosed({ reason: "cancelled", epoch: 1, seq: 11 }));
    screen.getByLabelText("chat").focus();
    act(() => room.store.checkOpened({ ...check, epoch: 1, seq: 12 }));
    expect(screen.getByLabelText("chat")).toHaveFocus();
    changed(room, kim({ answered: true }));
    await userEvent.click(screen.getByRole("button", { name: "Not yet" }));
    expect(room.command).toHaveBeenCalledWith("check:answer", { ready: false }, undefined);
  });

  test("only who may call it off sees how, and it ends when the film starts", () => {
    const room = asked();
    room.show(<ReadyCheck />);
    fireEvent.click(screen.getByRole("button", { name: "Call it off" }));
    expect(room.command).toHaveBeenCalledWith("check:cancel", undefined, undefined);
    act(() => room.store.timeline(aTimeline({ revision: 2, state: "playing", seq: 11 })));
    expect(screen.queryByRole("status")).toBeNull();
    room.store.joined(anAnswer({ ...guest, check }));
    expect(screen.queryByRole("button", { name: "Call it off" })).toBeNull();
  });

  test("a start that is far ahead is counted down, announced once", () => {
    vi.useFakeTimers();
    let now = 10_000;
    const ahead = { state: "playing", cause: "check", as_of_ms: 13_000 } as const;
    const room = aRoom({ timeline: aTimeline(ahead) });
    Object.assign(room.connection.clock, { now: () => now });
    const view = room.show(<Countdown />);
    expect(screen.getByRole("status")).toHaveTextContent("Starting in 3");
    const number = () => view.container.querySelector("[aria-hidden]")?.textContent;
    expect(number()).toBe("3");
    now = 11_500;
    act(() => vi.advanceTimersByTime(100));
    expect(number()).toBe("2");
    now = 13_001;
    act(() => vi.advanceTimersByTime(100));
    expect(view.container).toBeEmptyDOMElement();
  });

  test("PB7 the usual lead is not counted down", () => {
    const room = aRoom({ timeline: aTimeline({ state: "playing", as_of_ms: 500 }) });
    expect(room.show(<Countdown />).container).toBeEmptyDOMElement();
  });
});

describe("while the film plays", () => {
  test("PB12 who is buffering is said, once it has lasted", () => {
    vi.useFakeTimers();
    const room = aRoom({ timeline: aTimeline({ state: "playing" }) });
    room.show(<RoomLine />);
    changed(room, ann({ stalled: true, buffered_s: 0.4 }));
    expect(screen.queryByText(/buffering/)).toBeNull();
    act(() => vi.advanceTimersByTime(800));
    expect(screen.getByText("Ann is buffering, 0.4 s loaded")).toBeInTheDocument();
    changed(room, ann());
    expect(screen.queryByText(/buffering/)).toBeNull();
  });

  test("PB19 for whose sake it is slower", () => {
    vi.useFakeTimers();
    const by = { member_id: "ann", name: "Ann" };
    const eased = { state: "playing", rate: 0.98, cause: "ease", by } as const;
    aRoom({ timeline: aTimeline(eased) }).show(<RoomLine />);
    act(() => vi.advanceTimersByTime(800));
    expect(screen.getByText("Slowed a little so that Ann can keep up")).toBeInTheDocument();
  });
});

describe("PB22 stepping out", () => {
  test("the picture stands, and one button leads back", () => {
    const room = aRoom({ timeline: aTimeline({ state: "playing", duration_s: 600 }) });
    room.show(<Outside />);
    act(() => room.store.stepped(true));
    expect(stepOut).toHaveBeenLastCalledWith(true);
    expect(screen.getByText("The others are at 1:15.")).toBeInTheDocument();
    fireEvent.click(screen.getByRole("button", { name: "Come back" }));
    expect(steer.stepOut).toHaveBeenCalledWith(false);
    act(() => room.store.stepped(false));
    expect(stepOut).toHaveBeenLastCalledWith(false);
    expect(screen.queryByRole("button")).toBeNull();
  });
});

describe("the film's menu", () => {
  const open = async (room: ReturnType<typeof aRoom>) => {
    room.show(
      <PlayerMenu driver={driver} steer={steer} watching={NOTHING} onChoose={() => undefined} />,
    );
    await userEvent.click(screen.getByRole("button", { name: /More for the film/ }));
  };

  test("PB18 shows the speed that was chosen, not the eased rate, and changes it", async () => {
    await open(aRoom({ timeline: aTimeline({ speed: 1.5, rate: 1.47, state: "playing" }) }));
    expect(await screen.findByRole("menuitemradio", { name: "1.5×" })).toBeChecked();
    await userEvent.click(screen.getByRole("menuitemradio", { name: "0.75×" }));
    expect(steer.setSpeed).toHaveBeenCalledWith(0.75);
  });

  test("MEM3 says why the speed can't be changed", async () => {
    const members = [kim({ host: false }), ann({ host: true })];
    await open(aRoom({ ...guest, members }));
    expect(await screen.findByText("Ann sets the speed for everyone.")).toBeInTheDocument();
    const choice = screen.getByRole("menuitemradio", { name: "2×" });
    expect(choice).toHaveAttribute("aria-disabled", "true");
    expect(screen.queryByRole("menuitemcheckbox", { name: /Media keys/ })).toBeNull();
  });

  test("the choice about media keys is kept on this device", async () => {
    localStorage.clear();
    await open(aRoom());
    const choice = await screen.findByRole("menuitemcheckbox", {
      name: "Media keys steer the party",
    });
    expect(choice).toBeChecked();
    await userEvent.click(choice);
    expect(choice).not.toBeChecked();
    expect(localStorage.getItem("watchtogether.media_keys")).toBe("self");
  });
});

describe("taking back what somebody did", () => {
  const by = { member_id: "ann", name: "Ann" };
  const sought = (over = {}) =>
    aTimeline({ revision: 2, cause: "seek", by, position_s: 2530, seq: 11, ...over });

  test("a jump leads back to where the film was, not to where it once started", async () => {
    const room = aRoom({ timeline: aTimeline({ state: "playing", as_of_ms: 0 }) });
    room.show(<Notes />);
    act(() => room.store.timeline(sought({ as_of_ms: 60_000, state: "playing" })));
    expect(screen.getByText("Ann skipped to 0:42:10")).toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: "Undo" }));
    expect(room.command).toHaveBeenCalledWith(
      "playback:seek",
      { epoch: 1, revision: 2, position_s: 60 },
      undefined,
    );
  });

  test("steps in quick succession are taken back together", () => {
    const room = aRoom();
    room.show(<Notes />);
    act(() => room.store.timeline(sought({ position_s: 10 })));
    act(() => room.store.timeline(sought({ revision: 3, position_s: 40, seq: 12 })));
    act(() => undo());
    act(() => undo());
    expect(room.command).toHaveBeenCalledOnce();
    expect(room.command).toHaveBeenCalledWith(
      "playback:seek",
      expect.objectContaining({ position_s: 0 }),
      undefined,
    );
  });

  test("MEM3 it is offered to nobody who may not, and not for one's own acts", () => {
    const room = aRoom(guest);
    room.show(<Notes />);
    act(() => room.store.timeline(sought()));
    expect(screen.queryByRole("button", { name: "Undo" })).toBeNull();
    act(() => undo());
    expect(room.command).not.toHaveBeenCalled();
  });

  test("a film that was changed is not skipped back into", () => {
    const room = aRoom();
    const { item } = aTimeline();
    room.show(<Notes />);
    const other = item && { ...item, rating_key: "8" };
    act(() => room.store.timeline(sought({ cause: "load", item: other })));
    expect(screen.queryByRole("button", { name: "Undo" })).toBeNull();
  });
});

describe("MEM3 who steers", () => {
  test("one person is handed everything, or single things", async () => {
    const room = aRoom();
    room.show(<MembersPanel />);
    await userEvent.click(screen.getByRole("button", { name: "What to do about Ann" }));
    await userEvent.click(
      await screen.findByRole("menuitemcheckbox", { name: "May change the speed" }),
    );
    expect(room.command).toHaveBeenLastCalledWith(
      "member:permit",
      { member_id: "ann", actions: ["playback.rate"] },
      undefined,
    );
    await userEvent.click(screen.getByRole("menuitemcheckbox", { name: "May steer" }));
    const [, payload] = room.command.mock.lastCall as unknown as [string, { actions: string[] }];
    expect(payload.actions).toHaveLength(6);
  });

  test("everybody sees what somebody was handed", () => {
    const room = aRoom({ ...guest, members: [kim(), ann({ permits: ["playback.seek"] })] });
    room.show(<MembersPanel />);
    expect(screen.getByText(/may skip/)).toBeInTheDocument();
  });

  test("MEM5 whoever opened the party takes the remote back", async () => {
    const room = aRoom({ ...guest, members: [kim({ host: false }), ann({ host: true })] });
    room.show(<MembersPanel />);
    await userEvent.click(screen.getByRole("button", { name: "Take the remote back" }));
    expect(room.command).toHaveBeenCalledWith("host:pass", { member_id: "you" }, undefined);
  });

  test("those who may not change the rules can read them", async () => {
    const room = aRoom({ ...guest, members: [kim({ host: false }), ann({ host: true })] });
    room.show(<RoomMenu onLeave={() => undefined} />);
    await userEvent.click(screen.getByRole("button", { name: "Party settings" }));
    expect(await screen.findByText(/Ann steers, and whom they allow/)).toHaveTextContent(
      "The film waits for everyone.",
    );
  });
});
