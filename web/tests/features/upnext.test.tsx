/** What comes next at the end of the film, and where a group goes on. */
import { act, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { UpNext } from "@/features/player/UpNext";
import { useWhoDidWhat } from "@/features/player/useWhoDidWhat";
import { RoomMenu } from "@/features/rooms/RoomMenu";
import type { Offer, Timeline } from "@/lib/types";
import { emptyClock } from "@/sync/clock";
import { Toaster } from "@/ui/toast";
import { aMember, aRoom, aTimeline, ITEM } from "../support/room";

const SECOND = {
  ...ITEM,
  rating_key: "8",
  kind: "episode" as const,
  title: "The Lamp",
  subtitle: "S1 · E2",
};
const offer = (over: Partial<Offer> = {}): Offer => ({
  item: SECOND,
  ends_ms: 10_000,
  clock_id: "c1",
  queued: false,
  revision: 1,
  ...over,
});
const ended = { timeline: aTimeline({ cause: "ended", position_s: 7200 }) };
const guest = {
  you: { ...aMember("you", { name: "Kim" }), actions: [] },
  members: [aMember("you"), aMember("zoe", { name: "Zoe", host: true })],
};

describe("PB27 the offer", () => {
  test("says what comes next, and when; once for who listens", () => {
    const room = aRoom({ ...ended, offer: offer() });
    room.show(<UpNext />);
    const said = screen.getByRole("status");
    expect(said).toHaveTextContent("Next: S1 · E2 · The Lamp, in 10 seconds");
    expect(screen.getByRole("region", { name: "Next" })).toHaveTextContent("in 10 seconds");
  });

  test("the count goes down in sight, and not in the ear", async () => {
    vi.useFakeTimers();
    const room = aRoom({ ...ended, offer: offer() });
    room.show(<UpNext />);
    room.connection.clock.now = () => 6_500;
    await act(() => vi.advanceTimersByTimeAsync(300));
    expect(screen.getByRole("region", { name: "Next" })).toHaveTextContent("in 4 seconds");
    expect(screen.getByRole("status")).toHaveTextContent("in 10 seconds");
    vi.useRealTimers();
  });

  test("after a restart it says no time before the new clock is known", async () => {
    vi.useFakeTimers();
    const room = aRoom({ ...ended, offer: offer({ clock_id: "c2" }) });
    room.connection.clock.now = () => -50_000;
    room.show(<UpNext />);
    expect(screen.getByRole("status")).toBeEmptyDOMElement();
    expect(screen.getByRole("region", { name: "Next" })).not.toHaveTextContent("seconds");
    room.connection.clock.now = () => 3_000;
    const burst = { clock_id: "c2", samples: [] };
    room.connection.clock.state = () => ({ ...emptyClock, burst });
    await act(() => vi.advanceTimersByTimeAsync(300));
    expect(screen.getByRole("status")).toHaveTextContent("in 7 seconds");
    vi.useRealTimers();
  });

  test("one press goes on, or stays", async () => {
    const room = aRoom({ ...ended, offer: offer() });
    room.command.mockImplementation(() => new Promise(() => undefined));
    room.show(<UpNext />);
    await userEvent.dblClick(screen.getByRole("button", { name: "Play now" }));
    expect(room.command.mock.calls).toEqual([
      ["playback:next", { epoch: 1, revision: 1 }, undefined],
    ]);
    expect(screen.getByRole("button", { name: "Stay here" })).toBeDisabled();
  });

  test("staying is asked of the room, and told to everybody", async () => {
    const room = aRoom({ ...ended, offer: offer() });
    room.show(
      <>
        <UpNext />
        <Notices />
      </>,
    );
    await userEvent.click(screen.getByRole("button", { name: "Stay here" }));
    expect(room.command).toHaveBeenCalledWith("next:withdraw", undefined, undefined);
    act(() => room.store.nextWithdrawn({ reason: "declined", epoch: 1, seq: 11 }));
    expect(screen.queryByRole("region", { name: "Next" })).toBeNull();
    expect(screen.getByText("Staying here")).toBeVisible();
  });

  test("who may not choose sees it, and no buttons", () => {
    aRoom({ ...ended, ...guest, offer: offer() }).show(<UpNext />);
    expect(screen.getByText("The Lamp")).toBeVisible();
    expect(screen.queryByRole("button")).toBeNull();
  });

  test("PB28 without the countdown it waits for a press", () => {
    aRoom({ ...ended, offer: offer({ ends_ms: null }) }).show(<UpNext />);
    expect(screen.getByRole("status")).toHaveTextContent(/^Next: S1 · E2 · The Lamp$/);
    expect(screen.getByRole("button", { name: "Play" })).toBeVisible();
    expect(screen.queryByText(/second/)).toBeNull();
  });

  test("PB29 another one takes its place, and any change of the film ends it", () => {
    const room = aRoom({ ...ended, offer: offer() });
    room.show(<UpNext />);
    const other = offer({ item: { ...ITEM, rating_key: "9", title: "Other" }, queued: true });
    act(() => room.store.nextOffered({ ...other, epoch: 1, seq: 11 }));
    expect(screen.getByText("Other")).toBeVisible();
    act(() => room.store.timeline(aTimeline({ revision: 2, cause: "seek", seq: 12 })));
    expect(screen.queryByText("Other")).toBeNull();
    expect(screen.getByRole("status")).toBeEmptyDOMElement();
  });

  test("an offer that comes after the acknowledgement of what ended it is not shown", () => {
    const room = aRoom(ended);
    room.show(<UpNext />);
    const { seq: _, ...acknowledged } = aTimeline({ revision: 2, cause: "next", item: SECOND });
    act(() => room.store.timeline(acknowledged));
    act(() => room.store.nextOffered({ ...offer(), epoch: 1, seq: 11 }));
    expect(screen.queryByRole("region")).toBeNull();
  });

  test("who is out is not shown it", () => {
    const room = aRoom({ ...ended, offer: offer() });
    room.store.stepped(true);
    room.show(<UpNext />);
    expect(screen.queryByRole("region")).toBeNull();
  });
});

test("PB28 the rule is in the party's settings", async () => {
  const fetched = vi
    .spyOn(globalThis, "fetch")
    .mockImplementation(() => Promise.resolve(Response.json({})));
  aRoom().show(<RoomMenu onLeave={() => undefined} />);
  await userEvent.click(screen.getByRole("button", { name: "Party settings" }));
  const rule = await screen.findByRole("menuitemcheckbox", {
    name: "What comes next begins by itself",
  });
  expect(rule).toBeChecked();
  await userEvent.click(rule);
  expect(fetched.mock.calls[0]?.[1]?.body).toBe(JSON.stringify({ autoplay: false }));
});

function Notices() {
  useWhoDidWhat();
  return <Toaster />;
}

describe("PB30 where this group stopped", () => {
  const resumed = (over: Partial<Timeline> = {}) =>
    aTimeline({
      revision: 2,
      seq: 11,
      position_s: 1195,
      resumed: true,
      stream: { generation: 2, rendition: 0 },
      by: { member_id: "you", name: "Kim" },
      ...over,
    });
  let room: ReturnType<typeof aRoom>;
  const show = (over = {}) => {
    room = aRoom(over);
    room.show(<Notices />);
  };
  beforeEach(() => show());

  test("it says so, and one press begins anew", async () => {
    act(() => room.store.timeline(resumed()));
    const words = "Going on at 0:19:55, where you stopped";
    expect(screen.getByText(words)).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "From the beginning" }));
    const seek = { epoch: 1, revision: 2, position_s: 0 };
    expect(room.command).toHaveBeenCalledWith("playback:seek", seek, undefined);
  });

  test("who put it on is named to the others", () => {
    act(() => room.store.timeline(resumed({ by: { member_id: "ann", name: "Ann" } })));
    expect(screen.getByText(/^Ann put on The Lantern Keeper. It goes on at 0:19:55/)).toBeVisible();
  });

  test("the button does nothing to another film", async () => {
    act(() => room.store.timeline(resumed()));
    const button = screen.getByRole("button", { name: "From the beginning" });
    const other = { generation: 3, rendition: 0 };
    act(() =>
      room.store.timeline(aTimeline({ revision: 3, seq: 12, item: SECOND, stream: other })),
    );
    await userEvent.click(button);
    expect(room.command).not.toHaveBeenCalled();
  });

  test("PB26 but it does after another sound was chosen", async () => {
    act(() => room.store.timeline(resumed()));
    const button = screen.getByRole("button", { name: "From the beginning" });
    const sounded = { generation: 3, rendition: 0, sound: "2" };
    act(() =>
      room.store.timeline(resumed({ revision: 3, seq: 12, cause: "sound", stream: sounded })),
    );
    await userEvent.click(button);
    const seek = { epoch: 1, revision: 3, position_s: 0 };
    expect(room.command).toHaveBeenCalledWith("playback:seek", seek, undefined);
  });

  test("what begins by itself is named, without an author", () => {
    const next = { cause: "next", by: null, item: SECOND } as const;
    act(() => room.store.timeline(resumed({ ...next, resumed: false, position_s: 0 })));
    expect(screen.getByText("Now: The Lamp")).toBeVisible();
  });
});

test("PB30 who may not skip is offered no beginning", () => {
  const room = aRoom(guest);
  room.show(<Notices />);
  const by = { member_id: "zoe", name: "Zoe" };
  act(() =>
    room.store.timeline(aTimeline({ revision: 2, seq: 11, position_s: 95, resumed: true, by })),
  );
  expect(screen.getByText(/^Zoe put on/)).toBeVisible();
  expect(screen.queryByRole("button", { name: "From the beginning" })).toBeNull();
});
