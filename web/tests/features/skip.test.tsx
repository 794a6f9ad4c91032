/** The intro and the credits, skipped for everybody by who may. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { skippable } from "@/features/player/beside";
import { SkipMarker } from "@/features/player/SkipMarker";
import { aMember, aRoom } from "../support/room";

const MARKS = {
  chapters: [],
  markers: [
    { kind: "intro" as const, start_s: 10, end_s: 40 },
    { kind: "credits" as const, start_s: 100, end_s: 120 },
  ],
};

test("STR7 a marker is offered while there is something left of it", () => {
  const at = (at_s: number) => skippable(MARKS, at_s)?.kind ?? null;
  expect([0, 10, 37, 38.5, 40, 105, 119].map(at)).toEqual([
    null,
    "intro",
    "intro",
    null,
    null,
    "credits",
    null,
  ]);
  expect(skippable(undefined, 10)).toBeNull();
});

function show(at_s: number, over = {}) {
  vi.spyOn(globalThis, "fetch").mockImplementation(() => Promise.resolve(Response.json(MARKS)));
  const onSkip = vi.fn();
  aRoom(over).show(
    <QueryClientProvider client={new QueryClient()}>
      <SkipMarker
        stream="http://localhost/api/stream/t"
        position={() => at_s}
        raised
        onSkip={onSkip}
      />
    </QueryClientProvider>,
  );
  return onSkip;
}

test("STR7 one press skips it", async () => {
  const onSkip = show(12);
  await userEvent.click(await screen.findByRole("button", { name: "Skip the intro" }));
  expect(onSkip).toHaveBeenCalledOnce();
});

test("STR7 who may not skip is offered nothing", async () => {
  show(105, {
    you: { ...aMember("you"), actions: [] },
    members: [aMember("you"), aMember("zoe", { name: "Zoe", host: true })],
  });
  await new Promise((done) => setTimeout(done, 400));
  expect(screen.queryByRole("button")).toBeNull();
});
