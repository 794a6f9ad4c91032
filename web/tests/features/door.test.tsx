import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { takeInvite } from "@/app/invite";
import { DoorPage } from "@/features/rooms/DoorPage";
import type { Door } from "@/lib/types";
import { ITEM } from "../support/room";

const DOOR: Door = {
  code: "ABC",
  name: "Friday film",
  state: "playing",
  item: ITEM,
  host: "Ann",
  people: [{ name: "Ann", colour: 1 }],
  invite_only: false,
  you: null,
  closed: false,
};

function show(door: Door, invite: string | null = null) {
  const entered = vi.fn();
  render(
    <QueryClientProvider client={new QueryClient()}>
      <DoorPage
        door={door}
        account={null}
        invite={invite}
        onEnter={entered}
        onSignIn={() => undefined}
      />
    </QueryClientProvider>,
  );
  return entered;
}

beforeEach(() => localStorage.clear());

function answer(status: number, body: unknown) {
  return vi
    .spyOn(globalThis, "fetch")
    .mockImplementation(() => Promise.resolve(new Response(JSON.stringify(body), { status })));
}

describe("the door", () => {
  test("one name, one button, in", async () => {
    const fetched = answer(201, { guest: { id: "g", name: "Ben", room_code: "ABC" } });
    const entered = show(DOOR, "token");
    expect(screen.getByRole("heading", { name: "The Lantern Keeper" })).toBeInTheDocument();
    await userEvent.type(screen.getByRole("textbox", { name: "Your name" }), "Ben");
    await userEvent.click(screen.getByRole("button", { name: "Join the party" }));
    await vi.waitFor(() => expect(entered).toHaveBeenCalledOnce());
    const [url, init] = fetched.mock.calls[0] ?? [];
    expect(String(url)).toMatch(/\/api\/rooms\/ABC\/guests$/);
    expect(JSON.parse(String(init?.body))).toEqual({ name: "Ben", invite: "token" });
    expect(localStorage.getItem("watchtogether.name")).toBe("Ben");
  });

  test("MEM4 a name that is taken is said beside the field", async () => {
    answer(409, { code: "name_taken", message: "taken" });
    show(DOOR);
    await userEvent.type(screen.getByRole("textbox"), "Ann{Enter}");
    expect(await screen.findByText("Somebody in the party already has this name.")).toBeVisible();
  });

  test("without an invitation a closed room asks for one", () => {
    show({ ...DOOR, invite_only: true });
    expect(screen.queryByRole("textbox")).toBeNull();
    expect(screen.getByText(/by invitation/)).toBeInTheDocument();
  });

  test("a party that is over says so", () => {
    show({ ...DOOR, closed: true });
    expect(screen.getByText("This party is over")).toBeInTheDocument();
  });
});

test("the invitation leaves the address bar and is kept for the visit", () => {
  history.replaceState(null, "", "/r/ABC#invite=secret");
  expect(takeInvite("ABC")).toBe("secret");
  expect(location.hash).toBe("");
  expect(takeInvite("ABC")).toBe("secret");
  expect(takeInvite("XYZ")).toBeNull();
});
