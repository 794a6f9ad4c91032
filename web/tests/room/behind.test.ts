import { describe, expect, test } from "vitest";
import { i18next } from "@/lib/i18n";
import type { Why } from "@/lib/types";
import { byUrgency, conditionOf, counting, wordsOfBehind, wordsOfEasing } from "@/room/behind";
import { aMember, aTimeline } from "../support/room";

const t = i18next.t;
const you = { ...aMember("you", { name: "Kim" }), actions: [] };
const people = { you, members: [you, aMember("ann", { name: "Ann" }), aMember("ben")] };
const ann = (why: Why) => [{ member_id: "ann", why }];

describe("SYN2 who is behind, in words", () => {
  test.each([
    ["buffering", "Ann is buffering", "you are buffering"],
    ["slow_link", "Ann's link is slow", "your link is slow"],
    ["slow_device", "Ann's device is slow", "your device is slow"],
    ["fixed_rate", "Ann's browser can't change speed", "your browser can't change speed"],
    ["hidden", "Ann's page is in the background", "your page is in the background"],
    ["catching_up", "Ann is catching up", "you are catching up"],
    ["excused", "going on without Ann", "going on without you"],
    ["stepped_out", "Ann stepped out", "you stepped out"],
  ] as const)("%s", (why, hers, mine) => {
    expect(wordsOfBehind(ann(why), people, t)).toBe(hers);
    expect(wordsOfBehind([{ member_id: "you", why }], people, t)).toBe(mine);
  });

  test("PB20 who can't keep up is told apart from who was late once", () => {
    const slow = aMember("ann", { name: "Ann", excused: true, excuse: "stalls" });
    const members = [you, slow];
    expect(wordsOfBehind(ann("excused"), { you, members }, t)).toBe("Ann can't keep up");
  });

  test("the most urgent one is named, the others are counted", () => {
    const behind = [
      { member_id: "ben", why: "hidden" },
      { member_id: "ann", why: "buffering" },
    ] as const;
    expect(byUrgency([...behind])[0]?.member_id).toBe("ann");
    expect(wordsOfBehind([...behind], people, t)).toBe("Ann is buffering, and 1 more");
  });

  test("nobody, or somebody who has just left, is no news", () => {
    expect(wordsOfBehind([], people, t)).toBeNull();
    expect(wordsOfBehind([{ member_id: "gone", why: "hidden" }], people, t)).toBeNull();
  });
});

describe("how somebody is", () => {
  const at = (over: Parameters<typeof aMember>[1], state = "playing") =>
    conditionOf(aMember("ann", over), state);
  test("by what the room says of them", () => {
    expect(at({ online: false, stalled: true })).toBe("away");
    expect(at({ stalled: true })).toBe("buffering");
    expect(at({ excused: true, excuse: "late" })).toBe("excused");
    expect(at({ excused: true, excuse: "stalls" })).toBe("stalls");
    expect(at({ stepped_out: true, stalled: true })).toBe("stepped_out");
    expect(at({ ready: false }, "waiting")).toBe("getting_ready");
    expect(at({ ready: false })).toBe("here");
  });
  test("SYN2 what the server says of them comes first", () => {
    const sync = { spread_ms: 3, p95_ms: 4, members: 2, behind: ann("slow_link") };
    expect(conditionOf(aMember("ann"), "playing", sync)).toBe("slow_link");
    expect(conditionOf(aMember("ben"), "playing", sync)).toBe("here");
  });
});

test("PB10 PB22 who is away, excused or out does not count", () => {
  const members = [
    aMember("a"),
    aMember("b", { online: false }),
    aMember("c", { excused: true }),
    aMember("d", { stepped_out: true }),
  ];
  expect(counting(members).map((each) => each.id)).toEqual(["a"]);
});

describe("PB19 an eased room", () => {
  const by = { member_id: "ann", name: "Ann" };
  const eased = { state: "playing", speed: 1, rate: 0.98, cause: "ease" } as const;
  test("says for whose sake", () => {
    expect(wordsOfEasing({ you, timeline: aTimeline({ ...eased, by }) }, t)).toBe(
      "Slowed a little so that Ann can keep up",
    );
    const mine = { member_id: "you", name: "Kim" };
    expect(wordsOfEasing({ you, timeline: aTimeline({ ...eased, by: mine }) }, t)).toBe(
      "Slowed a little so that you can keep up",
    );
  });
  test("at the chosen speed there is nothing to say, whatever that speed is", () => {
    const timeline = aTimeline({ ...eased, speed: 0.5, rate: 0.5, by });
    expect(wordsOfEasing({ you, timeline }, t)).toBeNull();
  });
});
