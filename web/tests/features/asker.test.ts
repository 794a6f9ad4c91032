/** When the server is asked what to watch, and what becomes of its answers (SPEC STR-10). */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Asker, type Choice, createAsker } from "@/features/player/asker";
import type { Way, Wish } from "@/features/player/way";
import { ApiError } from "@/lib/api";
import { SOME_WAYS } from "../support/way";

const CHOICE: Choice = { ways: SOME_WAYS, files: [0], quality: "auto", burned: null };

interface Question {
  wish: Wish;
  aborted: () => boolean;
  answer: (name: string) => void;
  fail: (error: unknown) => void;
}

let asker: Asker;
let questions: Question[] = [];
let line_kbps: number | null = null;
let fill: number | null = null;
const found = vi.fn();
const missed = vi.fn();
const refused = vi.fn();
const after = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const last = () => questions[questions.length - 1] as Question;

beforeEach(() => {
  vi.useFakeTimers();
  questions = [];
  line_kbps = null;
  fill = null;
  for (const each of [found, missed, refused]) each.mockClear();
  asker = createAsker({
    post: (wish, signal) =>
      new Promise((done, fail) => {
        const answer = (name: string) => done({ name } as Way);
        questions.push({ wish, aborted: () => signal.aborted, answer, fail });
      }),
    line_kbps: () => line_kbps,
    fill: () => fill,
    found,
    missed,
    refused,
  });
});
afterEach(() => {
  asker.stop();
  vi.useRealTimers();
});

async function watching(name: string): Promise<void> {
  asker.want(CHOICE);
  last().answer(name);
  await after(0);
}

test("STR10 nothing is asked before something is wanted, then every 20 s", async () => {
  await after(60_000);
  expect(questions).toEqual([]);
  await watching("720p");
  await after(19_000);
  expect(questions).toHaveLength(1);
  await after(2_000);
  expect(questions).toHaveLength(2);
  expect(found.mock.calls).toEqual([[{ name: "720p" }]]);
});

test("STR10 of several questions the newest counts", async () => {
  asker.want(CHOICE);
  asker.want({ ...CHOICE, quality: "480p" });
  const [first, second] = questions;
  expect(first?.aborted()).toBe(true);
  second?.answer("480p");
  await after(0);
  first?.answer("720p");
  await after(0);
  expect(found.mock.calls).toEqual([[{ name: "480p" }]]);
  expect(asker.name()).toBe("480p");
});

test("STR10 an old question that fails late does nothing", async () => {
  asker.want(CHOICE);
  asker.want(CHOICE);
  last().answer("720p");
  questions[0]?.fail(new ApiError("http_403", "", 403));
  await after(0);
  expect(refused).not.toHaveBeenCalled();
  expect(missed).not.toHaveBeenCalled();
});

test("STR10 a line that carries nothing at all is told as the narrowest", async () => {
  await watching("720p");
  line_kbps = 0;
  await after(6_000);
  expect(last().wish.line_kbps).toBe(1);
});

test("STR10 of a file that does not come at all likewise", async () => {
  await watching("file0");
  fill = 0;
  await after(6_000);
  expect(last().wish.line_kbps).toBe(1);
});

test("STR10 a narrow line is told at once, but not in a storm, nor where a size was chosen", async () => {
  await watching("720p");
  line_kbps = 900;
  await after(10_500);
  expect(questions).toHaveLength(3);
  asker.want({ ...CHOICE, quality: "720p" });
  await after(9_500);
  expect(questions).toHaveLength(4);
});

test("STR10 without an answer what is watched goes on, and it is asked again", async () => {
  await watching("file0");
  asker.want({ ...CHOICE, quality: "480p" });
  last().fail(new ApiError("http_502", "", 502));
  await after(0);
  expect(missed).not.toHaveBeenCalled();
  await after(2_500);
  expect(questions).toHaveLength(3);
  expect(last().wish.quality).toBe("480p");
});

test("STR10 without any answer yet, something else is watched meanwhile", async () => {
  asker.want(CHOICE);
  last().fail(new TypeError("no line"));
  await after(0);
  expect(missed).toHaveBeenCalledOnce();
});

test.each([401, 403, 410])(
  "STR1 a refused ticket (%i) is told, and asks no more",
  async (status) => {
    await watching("720p");
    asker.want(CHOICE);
    last().fail(new ApiError(`http_${status}`, "", status));
    await after(60_000);
    asker.want(CHOICE);
    expect(refused).toHaveBeenCalledOnce();
    expect(missed).not.toHaveBeenCalled();
    expect(questions).toHaveLength(2);
  },
);

test("STR10 what was not planned is asked about soon, but not in a storm", async () => {
  await watching("720p");
  await after(10_000);
  for (let i = 0; i < 40; i++) {
    asker.hurry();
    await after(100);
  }
  expect(questions).toHaveLength(3);
});

test("a question that hangs gives way to the next", async () => {
  asker.want(CHOICE);
  await after(21_000);
  expect(questions).toHaveLength(2);
  expect(questions[0]?.aborted()).toBe(true);
});
