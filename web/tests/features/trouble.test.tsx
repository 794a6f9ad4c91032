/** What is said when the film does not come. */
import { act, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { createStore } from "zustand/vanilla";
import type { Driver } from "@/features/player/driver";
import { SourceTrouble } from "@/features/player/SourceTrouble";
import type { SourceFailure } from "@/features/player/source";
import type { Progress } from "@/features/player/usePreparing";
import type { Way } from "@/features/player/way";
import { aMember, aRoom, aTimeline } from "../support/room";

const WAY: Way = {
  name: "720p",
  path: "1/720p/master.m3u8",
  ladder: "1/720p/ladder.m3u8",
  why: "player",
  plan: { direct: 0, shared: [], members: {} },
};
const view = createStore(() => ({ failure: null as SourceFailure | null, stalled: false }));
const driver = { view } as unknown as Driver;
let progress: Progress;
const after = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

beforeEach(() => {
  vi.useFakeTimers();
  view.setState({ failure: null, stalled: false });
  progress = { state: "starting", for_s: 1, usual_s: 6 };
  vi.spyOn(globalThis, "fetch").mockImplementation(() => Promise.resolve(Response.json(progress)));
});
afterEach(() => vi.useRealTimers());

function shown(replacing = false, waits = true) {
  const you = { ...aMember("you", { ready: !waits }), actions: [] };
  const timeline = aTimeline({ state: waits ? "waiting" : "playing" });
  aRoom({ timeline, you, members: [you] }).show(
    <SourceTrouble
      driver={driver}
      stream="http://localhost/api/stream/t"
      watching={{ way: WAY, replacing }}
      onRetry={() => undefined}
    />,
  );
}

test("STR12 what takes long is counted in sight, and said once", async () => {
  shown();
  const said = screen.getByRole("status");
  expect(said).toBeEmptyDOMElement();
  await after(1_300);
  expect(said).toHaveTextContent("about 5 s");
  progress = { ...progress, for_s: 3 };
  await after(1_000);
  expect(screen.getByText(/about 3 s/)).toHaveAttribute("aria-hidden", "true");
  expect(said).toHaveTextContent("about 5 s");
  progress = { state: "making", for_s: 9, usual_s: 6 };
  await after(1_000);
  expect(said).toHaveTextContent("more slowly than it plays");
  progress = { state: "ready", for_s: 0, usual_s: 6 };
  await after(1_000);
  expect(screen.getByRole("status")).toBe(said);
  expect(said).toBeEmptyDOMElement();
});

test("what cannot be played is said, with what one can do", () => {
  shown(false, false);
  act(() => view.setState({ failure: "undecodable" }));
  expect(screen.getByRole("alert")).toHaveTextContent("This browser cannot play the film");
  expect(screen.getByRole("button", { name: "Try again" })).toBeVisible();
});

test("nothing is said while something else is on its way in its place", () => {
  shown(true, false);
  act(() => view.setState({ failure: "undecodable" }));
  expect(screen.queryByRole("alert")).toBeNull();
  act(() => view.setState({ failure: "unreachable" }));
  expect(screen.getByRole("alert")).toBeVisible();
});
