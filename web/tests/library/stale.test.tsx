/** What is from before: asked for again by itself, and said only once it lasts. */
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

test("an answer of lately gives way to the new one, without a word", async () => {
  let answers = 0;
  answering({
    "plex/items/7": () => {
      answers += 1;
      return aWholeItem({ title: `Title ${answers}`, stale: answers === 1 });
    },
    "plex/items/7/related": { shelves: [], stale: false },
  });
  showPage(<TitlePage server="s1" rating_key="7" actions={() => null} />);
  await later(100);
  expect(screen.getByRole("heading", { level: 1 })).toHaveTextContent("Title 1");
  expect(screen.queryByText(AWAY)).toBeNull();
  await later(1_600);
  expect(screen.getByRole("heading", { level: 1 })).toHaveTextContent("Title 2");
  await later(20_000);
  expect(answers).toBe(2);
  expect(screen.queryByText(AWAY)).toBeNull();
});

test("while Plex is away it is said, and asked for less and less often", async () => {
  let answers = 0;
  answering({
    "plex/items/7": () => {
      answers += 1;
      return aWholeItem({ stale: true });
    },
    "plex/items/7/related": { shelves: [], stale: false },
  });
  showPage(<TitlePage server="s1" rating_key="7" actions={() => null} />);
  await later(5_000);
  expect(screen.getByText(AWAY)).toBeVisible();
  const early = answers;
  await later(60_000);
  expect(answers - early).toBeGreaterThan(3);
  expect(answers - early).toBeLessThan(12);
});
