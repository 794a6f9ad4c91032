/** What is from before: asked for again by itself, and said once Plex is known to be away. */
import { act, screen } from "@testing-library/react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { TitlePage } from "@/features/library/TitlePage";
import { aWholeItem } from "../support/items";
import { answering, showPage } from "../support/library";

const AWAY = "Plex is away. This is what was here before.";

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true });
});

afterEach(() => {
  vi.useRealTimers();
});

const later = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));
const heading = () => screen.getByRole("heading", { level: 1 });

/** A page whose title is answered by these, one after the other; the last again and again. */
function titled(...answers: unknown[]) {
  let asked = 0;
  answering({
    "plex/items/7": () => answers[Math.min(asked++, answers.length - 1)],
    "plex/items/7/related": { shelves: [], stale: false },
  });
  showPage(<TitlePage server="s1" rating_key="7" actions={() => null} />);
  return () => asked;
}

test("an answer of lately gives way to the right one, without a word", async () => {
  const asked = titled(
    aWholeItem({ title: "Before", renewing: true }),
    aWholeItem({ title: "After" }),
  );
  await later(100);
  expect(heading()).toHaveTextContent("Before");
  expect(screen.queryByText(AWAY)).toBeNull();
  await later(1_600);
  expect(heading()).toHaveTextContent("After");
  await later(20_000);
  expect(asked()).toBe(2);
  expect(screen.queryByText(AWAY)).toBeNull();
});

test("while Plex is away it is said, and asked for now and then", async () => {
  const asked = titled(aWholeItem({ stale: true }));
  await later(100);
  expect(screen.getByText(AWAY)).toBeVisible();
  await later(60_000);
  expect(asked()).toBe(5);
});

test("a title that turns out to be gone is gone, and not asked for again", async () => {
  const asked = titled(aWholeItem({ title: "Before", renewing: true }), undefined);
  await later(100);
  expect(heading()).toHaveTextContent("Before");
  await later(10_000);
  expect(screen.queryByText("Before")).toBeNull();
  expect(screen.getByRole("alert")).toBeVisible();
  const then = asked();
  await later(60_000);
  expect(asked()).toBe(then);
});

test("a server that is restarted hides nothing that is there", async () => {
  titled(aWholeItem({ title: "Before", renewing: true }));
  await later(100);
  vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("no network"));
  await later(30_000);
  expect(heading()).toHaveTextContent("Before");
});
