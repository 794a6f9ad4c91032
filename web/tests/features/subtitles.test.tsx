/** Choosing one's subtitles, and reading them. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { SubtitleLines } from "@/features/player/SubtitleLines";
import { SubtitleMenu } from "@/features/player/SubtitleMenu";
import { useSubtitleChoice } from "@/features/player/useSubtitleChoice";
import { useSubtitles } from "@/features/player/useSubtitles";
import type { Ways } from "@/features/player/way";
import { SOME_WAYS } from "../support/way";

const TRACKS = [
  { id: "1", language: "en", title: "English (SDH)", default: false },
  { id: "2", language: "en", title: "English", default: true },
  { id: "3", language: "de", title: "", default: false },
];
const SAID = "WEBVTT\n\n00:00:10.000 --> 00:00:12.000\n<i>Good</i> evening <3 &lt;b>\n";

const PICTURES = { id: "9", language: "fr", title: "French (PGS)" };

let at_s = 0;
let asked: string[] = [];

function serving(texts: Record<string, string>) {
  asked = [];
  vi.spyOn(globalThis, "fetch").mockImplementation((input) => {
    const path = new URL(String(input)).pathname.replace("/api/stream/t/", "");
    asked.push(path);
    if (path === "subtitles") return Promise.resolve(Response.json({ tracks: TRACKS }));
    const text = texts[path];
    return Promise.resolve(new Response(text ?? "", { status: text === undefined ? 502 : 200 }));
  });
}

let ways: Ways | null = null;
const burn = vi.fn();

function Reader() {
  const subtitles = useSubtitles("http://localhost/api/stream/t");
  const [burned, setBurned] = useState<string | null>(null);
  burn.mockImplementation(setBurned);
  const choice = useSubtitleChoice(subtitles, { ways, burned, burn });
  return (
    <>
      <SubtitleMenu subtitles={subtitles} choice={choice} />
      <SubtitleLines subtitles={subtitles} position={() => at_s} raised={false} />
      <button type="button" onClick={choice.toggle}>
        C
      </button>
      <p>{burned === null ? "no pictures" : `pictures ${burned}`}</p>
    </>
  );
}

function show() {
  const cache = new QueryClient({ defaultOptions: { queries: { retryDelay: 1 } } });
  return render(
    <QueryClientProvider client={cache}>
      <Reader />
    </QueryClientProvider>,
  );
}

const open = async () => {
  await userEvent.click(await screen.findByRole("button", { name: "Subtitles" }));
  await screen.findByRole("menuitemradio", { name: "Off" });
};

beforeEach(() => {
  at_s = 0;
  ways = null;
  burn.mockClear();
});

afterEach(() => localStorage.clear());

test("they are off until somebody chooses, and shown at their time", async () => {
  serving({ "subtitles/2.vtt": SAID });
  show();
  await open();
  expect(screen.getByRole("menuitemradio", { name: "Off" })).toBeChecked();
  expect(screen.getByRole("menuitemradio", { name: "German" })).toBeVisible();
  expect(asked).toEqual(["subtitles"]);
  await userEvent.click(screen.getByRole("menuitemradio", { name: "English" }));
  at_s = 11;
  expect(await screen.findByText("Good")).toHaveClass("italic");
  expect(screen.getByText("evening <3 <b>", { exact: false })).toBeVisible();
  at_s = 12.5;
  await vi.waitFor(() => expect(screen.queryByText("Good")).toBeNull());
});

test("the language is remembered for the next film, and C turns it off and on", async () => {
  localStorage.setItem("watchtogether.subtitles", "en");
  serving({ "subtitles/2.vtt": SAID });
  show();
  at_s = 11;
  expect(await screen.findByText("Good")).toBeVisible();
  await userEvent.click(screen.getByRole("button", { name: "C" }));
  await vi.waitFor(() => expect(screen.queryByText("Good")).toBeNull());
  expect(localStorage.getItem("watchtogether.subtitles")).toBe("none");
  await userEvent.click(screen.getByRole("button", { name: "C" }));
  expect(await screen.findByText("Good")).toBeVisible();
});

test("what comes too early is shifted, until another is chosen", async () => {
  localStorage.setItem("watchtogether.subtitles", "en");
  serving({ "subtitles/2.vtt": SAID, "subtitles/3.vtt": "WEBVTT\n" });
  show();
  await open();
  for (let press = 0; press < 15; press++) {
    await userEvent.click(screen.getByRole("menuitem", { name: "Later" }));
  }
  expect(screen.getByText("+1.5 s")).toBeVisible();
  at_s = 13;
  expect(await screen.findByText("Good")).toBeVisible();
  await userEvent.click(screen.getByRole("menuitemradio", { name: "German" }));
  expect(await screen.findByText("0.0 s")).toBeVisible();
});

test("what cannot be read is said where it was chosen", async () => {
  localStorage.setItem("watchtogether.subtitles", "de");
  serving({});
  show();
  await open();
  expect(await screen.findByText("These subtitles cannot be read.")).toBeVisible();
});

test("a film without any has no button", async () => {
  vi.spyOn(globalThis, "fetch").mockResolvedValue(Response.json({ tracks: [] }));
  show();
  await act(() => new Promise((done) => setTimeout(done, 30)));
  expect(screen.queryByRole("button", { name: "Subtitles" })).toBeNull();
});

const pressC = () => userEvent.click(screen.getByRole("button", { name: "C" }));
const laid = (id: string) => screen.findByText(`pictures ${id}`);
const noneLaid = () => screen.findByText("no pictures");

test("STR10 subtitles of pictures are laid over the film, in place of written ones", async () => {
  localStorage.setItem("watchtogether.subtitles", "en");
  serving({ "subtitles/2.vtt": SAID });
  ways = { ...SOME_WAYS, pictures: [PICTURES] };
  at_s = 11;
  show();
  expect(await screen.findByText("Good")).toBeVisible();
  await open();
  await userEvent.click(await screen.findByRole("menuitemradio", { name: "French (PGS)" }));
  await laid("9");
  await vi.waitFor(() => expect(screen.queryByText("Good")).toBeNull());
  expect(screen.getByRole("menuitemradio", { checked: true })).toHaveTextContent("French (PGS)");
  await userEvent.click(screen.getByRole("menuitemradio", { name: "English" }));
  await noneLaid();
  expect(await screen.findByText("Good")).toBeVisible();
});

test("STR10 C turns those of pictures off and on, as it does written ones", async () => {
  serving({ "subtitles/2.vtt": SAID });
  ways = { ...SOME_WAYS, pictures: [PICTURES] };
  at_s = 11;
  show();
  await open();
  await userEvent.click(await screen.findByRole("menuitemradio", { name: "French (PGS)" }));
  await userEvent.keyboard("{Escape}");
  await pressC();
  await noneLaid();
  expect(screen.queryByText("Good")).toBeNull();
  await pressC();
  await laid("9");
  await open();
  await userEvent.click(await screen.findByRole("menuitemradio", { name: "English" }));
  await userEvent.keyboard("{Escape}");
  expect(await screen.findByText("Good")).toBeVisible();
  await pressC();
  await vi.waitFor(() => expect(screen.queryByText("Good")).toBeNull());
  await pressC();
  expect(await screen.findByText("Good")).toBeVisible();
  expect(screen.getByText("no pictures")).toBeVisible();
});

test("STR10 C finds those of pictures where there are no others", async () => {
  vi.spyOn(globalThis, "fetch").mockResolvedValue(Response.json({ tracks: [] }));
  ways = { ...SOME_WAYS, pictures: [PICTURES] };
  show();
  await screen.findByRole("button", { name: "Subtitles" });
  await pressC();
  await laid("9");
});
