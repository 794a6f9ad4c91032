/** A file that the browser loads by itself, and why it does not play. */
import { beforeEach, expect, test, vi } from "vitest";
import { playFile } from "@/features/player/file";
import { anElement } from "../support/media";

const URL = "http://localhost/api/stream/t/1/file0.mp4";
const CODES = { network: 2, decode: 3, unsupported: 4 };

let gone: AbortController;
let video: HTMLVideoElement;
const failed = vi.fn();

beforeEach(() => {
  failed.mockClear();
  gone = new AbortController();
  video = anElement().video;
  const ports = { expected_s: () => 0, failed, unplanned: () => undefined, gone: gone.signal };
  playFile(video, URL, ports);
});

async function errs(code: keyof typeof CODES): Promise<void> {
  Object.defineProperty(video, "error", { value: { code: CODES[code] } });
  video.dispatchEvent(new Event("error"));
  await new Promise((done) => setTimeout(done));
}

const answering = (status: number) =>
  vi.spyOn(globalThis, "fetch").mockResolvedValue(new Response("", { status }));

test.each([
  [206, "undecodable"],
  [200, "undecodable"],
  [401, "refused"],
  [403, "refused"],
  [409, "refused"],
  [410, "refused"],
  [404, "unreachable"],
  [502, "unreachable"],
])("STR11 what begins with an answer of %i is %s", async (status, failure) => {
  const fetched = answering(status);
  await errs("unsupported");
  expect(failed.mock.calls).toEqual([[failure]]);
  expect(fetched.mock.calls[0]?.[0]).toBe(URL);
  expect(fetched.mock.calls[0]?.[1]?.headers).toEqual({ range: "bytes=0-0" });
});

test("without any answer it is the line", async () => {
  vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("no line"));
  await errs("unsupported");
  expect(failed.mock.calls).toEqual([["unreachable"]]);
});

test("an answer is not waited for without end", async () => {
  vi.useFakeTimers();
  vi.spyOn(globalThis, "fetch").mockImplementation(
    (_, init) =>
      new Promise((__, refuse) => {
        init?.signal?.addEventListener("abort", () => refuse(new Error("late")));
      }),
  );
  void errs("unsupported");
  await vi.advanceTimersByTimeAsync(6_000);
  expect(failed.mock.calls).toEqual([["unreachable"]]);
  vi.useRealTimers();
});

test.each([
  ["network", "unreachable"],
  ["decode", "undecodable"],
] as const)("an error of %s later on is believed: %s", async (code, failure) => {
  const fetched = answering(200);
  await errs(code);
  expect(failed.mock.calls).toEqual([[failure]]);
  expect(fetched).not.toHaveBeenCalled();
});

test("what is let go says nothing any more, and leaves the element empty", async () => {
  answering(200);
  Object.defineProperty(video, "error", { value: { code: 4 } });
  video.dispatchEvent(new Event("error"));
  gone.abort();
  await new Promise((done) => setTimeout(done));
  expect(failed).not.toHaveBeenCalled();
  expect(video.getAttribute("src")).toBeNull();
});
