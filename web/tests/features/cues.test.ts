import { expect, test } from "vitest";
import { cuesAt, cuesOf } from "@/features/player/cues";

const VTT = `WEBVTT

00:00:01.000 --> 00:00:02.500
Hello &lt;you&gt; &amp; me

01:00:00.000 --> 01:00:04.000
<i>Far</i> and <b><u>near</u></b>
again

01:00:02.000 --> 01:00:03.000
Meanwhile
`;

test("STR6 cues are times and runs of text", () => {
  const [first, second, third] = cuesOf(VTT);
  expect(first).toEqual({
    start_s: 1,
    end_s: 2.5,
    lines: [[{ text: "Hello <you> & me", marks: [] }]],
  });
  expect(second?.lines).toEqual([
    [
      { text: "Far", marks: ["i"] },
      { text: " and ", marks: [] },
      { text: "near", marks: ["b", "u"] },
    ],
    [{ text: "again", marks: [] }],
  ]);
  expect(third?.start_s).toBe(3602);
});

test("STR6 those that are said at a moment, also two at once", () => {
  const cues = cuesOf(VTT);
  const said = (at_s: number) => cuesAt(cues, at_s).map((each) => each.start_s);
  expect(said(0.9)).toEqual([]);
  expect(said(1)).toEqual([1]);
  expect(said(2.5)).toEqual([]);
  expect(said(3602.5)).toEqual([3600, 3602]);
  expect(said(9_999)).toEqual([]);
});

test("what is no cue is left out", () => {
  expect(cuesOf("WEBVTT\n\nNOTE nothing\n\nwords\n\n00:00:01.000 --> 00:00:02.000\n")).toEqual([]);
  expect(cuesOf("")).toEqual([]);
});
