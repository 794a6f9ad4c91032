/** A library whose titles are missing, endless, of any script, or wrong never breaks a page. */
import { act, screen, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";
import { ItemGrid } from "@/features/library/ItemGrid";
import { Shelf } from "@/features/library/Shelf";
import { TitlePage } from "@/features/library/TitlePage";
import { anItem, aStream, aWholeItem } from "../support/items";
import { answering, showPage } from "../support/library";

const ENDLESS = "Donaudampfschifffahrt".repeat(240);
const HOSTILE: [string, string][] = [
  ["missing", ""],
  ["blank", " \u200b "],
  ["endless", ENDLESS],
  ["right to left", "حكاية رسالة"],
  ["emoji", "👩‍👩‍👧‍👦🏳️‍🌈🎬"],
  ["markup", "<img src=x onerror=alert(1)>"],
  ["overriding", "\u202egnp.exe"],
  ["half a character", "\ud83c"],
];

describe.each(HOSTILE)("a title that is %s", (_, title) => {
  test("stands in a grid, in a direction of its own", async () => {
    const items = [anItem({ title, year: null }), anItem({ rating_key: "8" })];
    showPage(<ItemGrid items={items} label="Films" />);
    const list = await screen.findByRole("list", { name: "Films" });
    const [first, second] = within(list).getAllByRole("link");
    expect(first?.textContent).toMatch(/[^\s\p{C}]/u);
    expect(first?.querySelector("p")).toHaveAttribute("dir", "auto");
    expect(first?.querySelector("img")).toBeNull();
    expect(second).toHaveTextContent("The Lantern Keeper");
  });

  test("has a page", async () => {
    answering({
      "plex/items/7": aWholeItem({
        title,
        original_title: title,
        summary: title,
        tagline: title,
        studio: title,
        content_rating: title,
        released_on: title,
        genres: [title, title],
        directors: [title],
        cast: [
          { name: title, role: title },
          { name: title, role: "" },
        ],
        show: { rating_key: null, title },
        season: { rating_key: "9", title },
        rating: Number.NaN,
        duration_s: -5,
        versions: [
          {
            id: title,
            container: "",
            resolution: title,
            video_codec: "",
            audio_codec: "",
            bitrate_kbps: null,
            width: null,
            height: null,
            size_bytes: null,
            parts: 0,
            streams: [aStream({ language: title, title, codec: title })],
          },
        ],
      }),
      "plex/items/7/related": {
        shelves: [{ id: "hub", title, items: [anItem({ title })] }],
        stale: false,
      },
    });
    showPage(
      <TitlePage server="s1" rating_key="7" actions={() => <button type="button">Go</button>} />,
    );
    const heading = await screen.findByRole("heading", { level: 1 });
    expect(heading).toHaveAttribute("dir", "auto");
    expect(heading.className).toContain("line-clamp");
    expect(screen.getByRole("button", { name: "Go" })).toBeVisible();
    expect(document.querySelector("img[onerror]")).toBeNull();
  });
});

test("a title page of nothing but a key stands", async () => {
  answering({
    "plex/items/7": aWholeItem({ title: "", year: null, duration_s: null, summary: "" }),
  });
  showPage(<TitlePage server="s1" rating_key="7" actions={() => null} />);
  expect(await screen.findByRole("heading", { level: 1 })).toHaveTextContent("Untitled");
});

test("a title that came twice stands twice, without a complaint", async () => {
  showPage(<ItemGrid items={[anItem(), anItem()]} label="Films" />);
  expect(await screen.findAllByRole("link")).toHaveLength(2);
});

test("a shelf is one stop for the tab key, walked with the arrows", async () => {
  const items = ["1", "2", "3"].map((rating_key) => anItem({ rating_key }));
  showPage(<Shelf title="New" query={{ data: { items }, isPending: false }} />);
  const links = await screen.findAllByRole("link");
  expect(links.map((each) => each.tabIndex)).toEqual([0, -1, -1]);
  act(() => links[1]?.focus());
  expect(links.map((each) => each.tabIndex)).toEqual([-1, 0, -1]);
});
