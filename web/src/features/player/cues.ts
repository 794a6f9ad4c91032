/** WebVTT as our server writes it: times, and lines with nothing but i, b and u (SPEC STR-6). */

export interface Run {
  text: string;
  marks: readonly string[];
}

/** Positions of film, in seconds; each line is runs of text. */
export interface Cue {
  start_s: number;
  end_s: number;
  lines: readonly (readonly Run[])[];
}

const TIMES = /^(\d+):(\d\d):(\d\d\.\d{3}) --> (\d+):(\d\d):(\d\d\.\d{3})$/;
const ENTITIES: Readonly<Record<string, string>> = { "&lt;": "<", "&gt;": ">", "&amp;": "&" };

/** Ordered by their beginnings, as they come; what is no cue is left out. */
export function cuesOf(vtt: string): Cue[] {
  const found: Cue[] = [];
  for (const block of vtt.split("\n\n")) {
    const [first = "", ...lines] = block.trim().split("\n");
    const times = TIMES.exec(first);
    if (!times || lines.length === 0) continue;
    const [from, to] = [times.slice(1, 4), times.slice(4, 7)].map(seconds);
    found.push({ start_s: from ?? 0, end_s: to ?? 0, lines: lines.map(runsOf) });
  }
  return found;
}

function seconds([hours, minutes, rest]: string[]): number {
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(rest);
}

function runsOf(line: string): Run[] {
  const runs: Run[] = [];
  let marks: string[] = [];
  for (const [index, part] of line.split(/<(\/?[ibu])>/).entries()) {
    if (index % 2 === 0) {
      if (part) runs.push({ text: part.replace(/&(?:lt|gt|amp);/g, entity), marks });
    } else if (part.startsWith("/")) marks = marks.filter((each) => each !== part.slice(1));
    else marks = [...marks, part];
  }
  return runs;
}

function entity(written: string): string {
  return ENTITIES[written] ?? written;
}

/** Those to be read at this position, first come first. */
export function cuesAt(cues: readonly Cue[], at_s: number): Cue[] {
  let low = 0;
  let high = cues.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((cues[middle] as Cue).start_s <= at_s) low = middle + 1;
    else high = middle;
  }
  const begun = cues.slice(Math.max(0, low - LOOK_BACK), low);
  return begun.filter((each) => at_s < each.end_s);
}

/** So many that began before may still stand; more at once nobody can read. */
const LOOK_BACK = 8;
