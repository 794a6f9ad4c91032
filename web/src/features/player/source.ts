/** What a video element is given to play, whoever loads it: the browser itself, or hls.js. */

import { START_S } from "./pace";

/** Why a source cannot be played; `refused` asks for a new ticket. */
export type SourceFailure = "refused" | "unreachable" | "undecodable" | "unsupported";

/** What to attach: an address; in a playlist of several sizes also which of them. */
export interface Address {
  url: string;
  size: string | null;
  /** Which stream it is of (`streamKey`). */
  key: string;
}

export interface Source {
  /** Go on in another size of the same playlist, without a gap if there is time. */
  take(size: string): void;
  /** What the line carries; null while nobody knows. */
  line_kbps(): number | null;
  /** With so much ahead a start does not run dry at once. */
  start_s(): number;
  /** With so much ahead it need not load on. */
  plenty_s: number;
  /** What the element's clock shows at the film's beginning (SPEC DRV-7). */
  content_offset_s(): number;
  /** Whether there is a sound track; null while nobody knows. */
  has_sound(): boolean | null;
}

export interface SourcePorts {
  /** Where the film should be now: loading begins there. */
  expected_s(): number;
  /** There is nothing left to try. */
  failed(failure: SourceFailure): void;
  /** Nobody is meant to watch this size now; it is tried again, after asking what to watch. */
  unplanned(): void;
  /** The source lets go of the element when this is aborted. */
  gone: AbortSignal;
}

/** One of which nothing is known. */
export const PLAIN_SOURCE: Source = {
  take: () => undefined,
  line_kbps: () => null,
  start_s: () => START_S,
  plenty_s: 0,
  content_offset_s: () => 0,
  has_sound: () => null,
};

/** A ticket that is worth nothing any more, or a film that is over. */
export const REFUSALS: readonly number[] = [401, 403, 410];
/** A size that nobody was told to watch (`not_planned`, SPEC STR-10), or a film that was changed. */
export const CONFLICT = 409;
