/** Small pictures along the bar, one request at a time. */
import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Driver } from "@/features/player/driver";
import { ScrubBar } from "@/features/player/ScrubBar";
import { createPreloader } from "@/features/player/usePreviews";
import { aRoom } from "../support/room";

const STREAM = "http://localhost/api/stream/t";
const LISTED = { interval_s: 2, count: 3600, width: 320, height: 180 };

class Pictures {
  static asked: string[] = [];
  static last: Pictures;
  onload = () => {};
  onerror = () => {};
  set src(address: string) {
    Pictures.asked.push(address.replace(`${STREAM}/previews/`, ""));
    Pictures.last = this;
  }
}

let listings = 0;

beforeEach(() => {
  Pictures.asked = [];
  listings = 0;
  vi.stubGlobal("Image", Pictures);
  vi.spyOn(HTMLElement.prototype, "getBoundingClientRect").mockReturnValue(
    new DOMRect(0, 0, 720, 4),
  );
});
afterEach(() => vi.unstubAllGlobals());

function shown(previews: object | null = LISTED) {
  vi.spyOn(globalThis, "fetch").mockImplementation((input) => {
    if (String(input).endsWith("/marks")) {
      const chapters = [{ title: "The storm", start_s: 0, end_s: 7200 }];
      return Promise.resolve(Response.json({ chapters, markers: [] }));
    }
    listings += 1;
    return Promise.resolve(previews ? Response.json(previews) : new Response("", { status: 502 }));
  });
  const view = { buffered: [] };
  const driver = {
    expected: () => 100,
    view: { getState: () => view, getInitialState: () => view, subscribe: () => () => {} },
  } as unknown as Driver;
  const onStep = vi.fn();
  const { container } = aRoom().show(<ScrubBar driver={driver} stream={STREAM} onStep={onStep} />);
  const pictures = () => [...container.querySelectorAll("img")].map((each) => each.src);
  return { bar: screen.getByRole("slider"), container, pictures, onStep };
}

const moveTo = (bar: HTMLElement, at: number) => fireEvent.pointerMove(bar, { clientX: at });
const came = () => act(() => Pictures.last.onload());

test("STR8 a moment under the pointer has its picture, its time and its chapter", async () => {
  const { bar, container, pictures } = shown();
  expect(listings).toBe(0);
  moveTo(bar, 360);
  await waitFor(() => expect(Pictures.asked).toEqual(["1800.jpg"]));
  expect(pictures()).toEqual([]);
  came();
  expect(pictures()).toEqual([`${STREAM}/previews/1800.jpg`]);
  expect(container.querySelector("img")?.getAttribute("alt")).toBe("");
  expect(screen.getByText("1:00:00")).toHaveTextContent("The storm");
  fireEvent.pointerLeave(bar);
  expect(pictures()).toEqual([]);
  moveTo(bar, 362);
  expect(pictures()).toEqual([`${STREAM}/previews/1800.jpg`]);
  expect(listings).toBe(1);
});

test("STR8 a fast drag leaves one request at a time, and the nearest picture", async () => {
  const { bar, pictures } = shown();
  fireEvent.pointerMove(bar, { clientX: 10 });
  await waitFor(() => expect(Pictures.asked).toEqual(["50.jpg"]));
  for (let at = 20; at <= 600; at += 10) moveTo(bar, at);
  expect(Pictures.asked).toEqual(["50.jpg"]);
  came();
  expect(pictures()).toEqual([`${STREAM}/previews/50.jpg`]);
  expect(Pictures.asked).toEqual(["50.jpg", "3000.jpg"]);
  came();
  expect(pictures()).toEqual([`${STREAM}/previews/3000.jpg`]);
  act(() => Pictures.last.onerror());
  expect(Pictures.asked.slice(2)).toEqual(["3001.jpg", "2999.jpg"]);
  expect(pictures()).toEqual([`${STREAM}/previews/3000.jpg`]);
});

test("STR8 keys show where they lead, and stop doing so", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const { bar, pictures, onStep } = shown();
  fireEvent.keyDown(bar, { key: "PageUp" });
  await waitFor(() => expect(Pictures.asked).toEqual(["80.jpg"]));
  came();
  fireEvent.keyDown(bar, { key: "PageUp" });
  expect(screen.getByText("0:03:40")).toBeInTheDocument();
  expect(onStep.mock.calls).toEqual([[60], [60]]);
  expect(pictures()).toHaveLength(1);
  act(() => void vi.advanceTimersByTime(1600));
  expect(pictures()).toEqual([]);
  expect(screen.queryByText("0:03:40")).toBeNull();
  vi.useRealTimers();
});

test.each([{ ...LISTED, count: 0, interval_s: 0, width: 0, height: 0 }, null])(
  "STR8 without pictures all is as it was: %o",
  async (previews) => {
    const { bar, pictures } = shown(previews);
    moveTo(bar, 360);
    await waitFor(() => expect(listings).toBeGreaterThan(0));
    expect(await screen.findByText("1:00:00")).toBeInTheDocument();
    fireEvent.pointerLeave(bar);
    fireEvent.keyDown(bar, { key: "PageUp" });
    expect(screen.queryByText("0:02:40")).toBeNull();
    expect(pictures()).toEqual([]);
    expect(Pictures.asked).toEqual([]);
  },
);

test("STR8 a picture that hangs is given up, and the next one is fetched", async () => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
  const { bar, pictures } = shown();
  moveTo(bar, 360);
  await waitFor(() => expect(Pictures.asked).toEqual(["1800.jpg"]));
  moveTo(bar, 500);
  await act(() => vi.advanceTimersByTimeAsync(6_000));
  expect(Pictures.asked.filter(Boolean)).toEqual(["1800.jpg", "2500.jpg"]);
  came();
  expect(pictures()).toEqual([`${STREAM}/previews/2500.jpg`]);
  vi.useRealTimers();
});

test("one that did not come is asked for again later, not at once", () => {
  vi.useFakeTimers();
  const asked: number[] = [];
  let done = (_: boolean) => {};
  const loader = createPreloader(1, (number, whenDone) => {
    asked.push(number);
    done = whenDone;
  });
  loader.want(0);
  done(false);
  loader.want(0);
  expect(asked).toEqual([0]);
  vi.advanceTimersByTime(11_000);
  loader.want(0);
  done(true);
  expect(asked).toEqual([0, 0]);
  expect(loader.nearest(0)).toBe(0);
  vi.useRealTimers();
});

test("neighbours follow when the wanted one is there, and nothing after nobody looks", () => {
  const asked: number[] = [];
  let done = (_: boolean) => {};
  const loader = createPreloader(4, (number, whenDone) => {
    asked.push(number);
    done = whenDone;
  });
  loader.want(3);
  done(true);
  done(true);
  expect(asked).toEqual([3, 2, 1]);
  loader.want(null);
  done(false);
  expect(asked).toEqual([3, 2, 1]);
  expect([0, 1, 3].map(loader.nearest)).toEqual([2, 2, 3]);
});
