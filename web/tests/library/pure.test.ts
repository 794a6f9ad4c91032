/** What of the library is data in, data out. */
import { describe, expect, test } from "vitest";
import { dateOf } from "@/features/library/Facts";
import { unlike } from "@/features/library/HomeShelves";
import { letterAt, letterLike, shownLetters } from "@/features/library/letters";
import { byTitle, chosenOf, MOST_FILTERS, placeFrom, toggled } from "@/features/library/place";
import { grouped } from "@/features/library/Results";
import { sorted } from "@/features/library/seenBy";
import { columnsFor, layoutFor } from "@/features/library/useWindowedRows";
import { codecName, languagesOf, resolutionName } from "@/features/library/versionWords";
import { nextSpot } from "@/features/library/walk";
import { anItem, aStream } from "../support/items";

describe("the place in the address", () => {
  test("what is not a place is ignored", () => {
    expect(placeFrom({})).toEqual({});
    const odd = {
      section: {},
      sort: "a;b",
      order: "up",
      filter: ["genre", 3, ":x"],
      view: "all",
      q: [],
    };
    expect(Object.values(placeFrom(odd)).every((each) => each === undefined)).toBe(true);
  });

  test("numbers that the address turned into numbers are texts again", () => {
    expect(placeFrom({ section: 3, q: 1917 })).toMatchObject({ section: "3", q: "1917" });
  });

  test("one filter alone counts as well as several", () => {
    expect(placeFrom({ filter: "genre:7" }).filter).toEqual(["genre:7"]);
    expect(placeFrom({ filter: ["genre:7", "unwatched:1"] }).filter).toHaveLength(2);
  });

  test("a filter is put on and taken away", () => {
    const on = toggled(placeFrom({ sort: "year" }), "genre", "7");
    expect(on).toMatchObject({ sort: "year", filter: ["genre:7"] });
    expect(chosenOf(toggled(on, "genre", "9"), "genre")).toEqual(["7", "9"]);
    expect(toggled(on, "genre", "7").filter).toBeUndefined();
  });

  test("a value may hold a colon, and no more filters stand there than the server takes", () => {
    expect(chosenOf({ filter: ["label:a:b"] }, "label")).toEqual(["a:b"]);
    const many = Array.from({ length: 20 }, (_, i) => `genre:${i}`);
    expect(placeFrom({ filter: many }).filter).toHaveLength(MOST_FILTERS);
  });

  test.each([
    [{}, true],
    [{ sort: "titleSort" }, true],
    [{ order: "desc" as const }, false],
    [{ sort: "year" }, false],
  ])("letters go with titles in their order: %o", (listing, expected) => {
    expect(byTitle(listing)).toBe(expected);
  });
});

describe("letters", () => {
  const letters = [
    { letter: "#", count: 2, start: 0 },
    { letter: "Å", count: 3, start: 2 },
    { letter: "風", count: 1, start: 5 },
  ];

  test.each([
    [0, 0],
    [1, 0],
    [2, 1],
    [4, 1],
    [5, 2],
    [99, 2],
  ])("place %i is under letter %i", (index, letter) =>
    expect(letterAt(letters, index)).toBe(letter),
  );

  test("a typed letter is found in any script", () => {
    expect(letterLike(letters, "å")).toBe(1);
    expect(letterLike(letters, "風")).toBe(2);
    expect(letterLike(letters, "z")).toBeNull();
  });

  test("where few fit, the first and the last are among them", () => {
    const shown = shownLetters(40, 12);
    expect(shown.size).toBe(12);
    expect([shown.has(0), shown.has(39)]).toEqual([true, true]);
    expect(shownLetters(5, 12).size).toBe(5);
  });
});

describe("the grid", () => {
  test("three posters stand side by side on a phone, with the letters beside them", () => {
    expect(columnsFor(360 - 32)).toBe(3);
    expect(columnsFor(360 - 32 - 30)).toBe(3);
    expect(columnsFor(1216)).toBe(7);
  });

  test("text of twice the size makes rows higher by twice the caption", () => {
    expect(layoutFor(1200, 32).row - layoutFor(1200, 16).row).toBe(52);
  });

  test("arrow keys go to the nearest in their direction", () => {
    const spots = [0, 100, 200].flatMap((y) => [0, 60, 120].map((x) => ({ x, y })));
    const from = { x: 60, y: 100 };
    expect(nextSpot(from, spots, [1, 0])).toBe(5);
    expect(nextSpot(from, spots, [-1, 0])).toBe(3);
    expect(nextSpot(from, spots, [0, 1])).toBe(7);
    expect(nextSpot(from, spots, [0, -1])).toBe(1);
    expect(nextSpot({ x: 120, y: 200 }, spots, [1, 0])).toBeNull();
  });
});

describe("words", () => {
  test.each([
    ["4k", "4K"],
    ["1080", "1080p"],
    ["sd", "SD"],
    ["", ""],
  ])("the resolution %s is %s", (given, shown) => expect(resolutionName(given)).toBe(shown));

  test("codecs by their names, unknown ones as they are", () => {
    expect([codecName("hevc"), codecName("H264"), codecName("odd")]).toEqual([
      "HEVC",
      "H.264",
      "ODD",
    ]);
  });

  test("languages once each; what is no language stays", () => {
    const streams = ["de", "en", "de", "!!", null].map((language) => aStream({ language }));
    expect(languagesOf(streams, "audio", "en")).toEqual(["German", "English", "!!"]);
  });

  test("a date is a date or nothing", () => {
    expect(dateOf("1989-02-17", "en-GB")).toBe("17 February 1989");
    expect(["soon", "1989-99-99", "", null].map((each) => dateOf(each, "en"))).toEqual(
      Array(4).fill(null),
    );
  });
});

describe("what is shown of what came", () => {
  test("results stand by kind, films first", () => {
    const kinds = ["episode", "movie", "collection", "movie", "show"] as const;
    const found = grouped(kinds.map((kind, i) => anItem({ kind, rating_key: `${i}` })));
    expect(found.map(([kind, items]) => [kind, items.length])).toEqual([
      ["movie", 2],
      ["show", 1],
      ["episode", 1],
      ["collection", 1],
    ]);
  });

  test("a shelf that mostly repeats another is left out", () => {
    const items = ["1", "2", "3", "4"].map((rating_key) => anItem({ rating_key }));
    const shelves = [
      { id: "again", title: "Again", items: items.slice(0, 3) },
      { id: "other", title: "Other", items: items.slice(2) },
    ];
    const shown = [items.slice(0, 2)];
    expect(unlike(shelves, shown).map((each) => each.title)).toEqual(["Other"]);
  });

  test("of whom nobody knows whether they have seen it, nothing is said", () => {
    const member = (name: string, seen: boolean | null, view_offset_s: number | null) => ({
      member_id: name,
      name,
      seen,
      view_offset_s,
    });
    const found = sorted([
      member("Ann", true, null),
      member("Ben", false, 600),
      member("Cleo", false, 10),
      member("Dan", null, null),
    ]);
    expect([found.seen, found.midway, found.not].map((each) => each.map((m) => m.name))).toEqual([
      ["Ann"],
      ["Ben"],
      ["Cleo"],
    ]);
  });
});
