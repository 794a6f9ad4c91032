import { act, screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { createRef } from "react";
import { describe, expect, test } from "vitest";
import { ChatPanel } from "@/features/chat/ChatPanel";
import { countUnread, groupMessages, splitLinks } from "@/features/chat/groups";
import { aMessage, aRoom } from "../support/room";

describe("grouping", () => {
  test("what one person says in a row stands together", () => {
    const groups = groupMessages([
      aMessage(1),
      aMessage(2),
      aMessage(3, { member_id: "ben", name: "Ben" }),
      aMessage(4),
    ]);
    expect(groups.map((each) => each.messages.map((m) => m.seq))).toEqual([[1, 2], [3], [4]]);
  });

  test("five minutes of silence begin a new group", () => {
    const groups = groupMessages([aMessage(1, { wall_ms: 0 }), aMessage(2, { wall_ms: 300_000 })]);
    expect(groups).toHaveLength(2);
  });

  test("unread are those of others after the last one seen", () => {
    const messages = [aMessage(1), aMessage(2), aMessage(3, { member_id: "you" }), aMessage(4)];
    expect(countUnread(messages, 1, "you")).toBe(2);
  });

  test("only http and https become links, without the full stop behind them", () => {
    expect(splitLinks("see https://a.example/x.")).toEqual([
      { text: "see ", link: false },
      { text: "https://a.example/x", link: true },
      { text: ".", link: false },
    ]);
    expect(splitLinks("javascript:alert(1)").some((each) => each.link)).toBe(false);
  });
});

describe("the panel", () => {
  const show = (room: ReturnType<typeof aRoom>) =>
    room.show(<ChatPanel input={createRef()} seen_seq={0} />);

  test("a message is sent with Enter, shown at once and settled by the server's answer", async () => {
    const room = aRoom();
    let settle: (answer: unknown) => void = () => undefined;
    room.command.mockImplementation(() => new Promise((resolve) => (settle = resolve as never)));
    show(room);
    await userEvent.type(screen.getByRole("textbox", { name: "Say something" }), "Hello{Enter}");
    const log = screen.getByRole("log", { name: "Messages" });
    expect(within(log).getByText("Hello")).toBeInTheDocument();
    expect(room.command).toHaveBeenCalledWith("chat:send", { text: "Hello" }, expect.any(String));
    const message = aMessage(11, { member_id: "you", name: "Kim", text: "Hello" });
    await act(async () => settle({ message }));
    expect(within(log).getAllByText("Hello")).toHaveLength(1);
    expect(room.store.getState().drafts).toHaveLength(0);
  });

  test("one that failed can be sent again by the same id", async () => {
    const room = aRoom();
    room.command.mockRejectedValueOnce(new Error("no"));
    show(room);
    await userEvent.type(screen.getByRole("textbox"), "Hello{Enter}");
    await userEvent.click(await screen.findByRole("button", { name: "Try again" }));
    const ids = room.command.mock.calls.map((call) => (call as unknown[])[2]);
    expect(ids[0]).toBe(ids[1]);
  });

  test("markup stays text", () => {
    const room = aRoom({ messages: [aMessage(5, { text: "<img src=x onerror=alert(1)>" })] });
    show(room);
    expect(screen.getByText("<img src=x onerror=alert(1)>")).toBeInTheDocument();
    expect(document.querySelector("img")).toBeNull();
  });

  test("an empty one says so", () => {
    show(aRoom());
    expect(screen.getByText("It is quiet here")).toBeInTheDocument();
  });
});
