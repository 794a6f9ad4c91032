/**
 * Asks the server what to watch (SPEC STR-10): when something is wanted, every 20 s, and at once
 * when the line carries less than what is watched. The newest answer counts.
 */
import { ApiError } from "@/lib/api";
import { REFUSALS } from "./source";
import { type Quality, type Way, type Ways, type Wish, weightOf } from "./way";

/** What is chosen, among what there is. */
export interface Choice {
  ways: Ways;
  /** Indexes of the files that can be played here. */
  files: number[];
  quality: Quality;
  burned: string | null;
}

interface Ports {
  post(wish: Wish, signal: AbortSignal): Promise<Way>;
  /** What the line carries, and how fast the film comes; see `Driver`. */
  line_kbps(): number | null;
  fill(): number | null;
  found(way: Way): void;
  /** There was no answer yet: something has to be watched meanwhile. */
  missed(): void;
  /** The ticket is worth nothing any more. Nothing more is asked. */
  refused(): void;
}

export type Asker = ReturnType<typeof createAsker>;

const EVERY_MS = 20_000;
const LOOK_MS = 1_000;
/** Not to be asked again for a narrow line before this. */
const PATIENCE_MS = 4_000;
const RETRY_MS = 2_000;

export function createAsker(ports: Ports) {
  let choice: Choice | null = null;
  let name: string | null = null;
  let asking: AbortController | null = null;
  let asked_ms = Number.NEGATIVE_INFINITY;
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const looking = setInterval(() => {
    if (choice?.quality === "auto" && isNarrow(choice.ways)) askAfter(PATIENCE_MS);
  }, LOOK_MS);

  function isNarrow(ways: Ways): boolean {
    const weight = name === null ? null : weightOf(name, ways);
    const line = line_kbps(ways);
    return weight !== null && line !== null && line < weight;
  }

  /** A playlist's loading says what the line carries; of a file only how much of it comes. */
  function line_kbps(ways: Ways): number | null {
    if (name === null || !name.startsWith("file")) return ports.line_kbps();
    const weight = weightOf(name, ways);
    const fill = ports.fill();
    return weight === null || fill === null ? null : fill * weight;
  }

  function wishFor({ ways, files, quality, burned }: Choice): Wish {
    const line = line_kbps(ways);
    // A line that carries nothing at all is a narrow one.
    return { files, quality, line_kbps: line === null ? null : Math.max(1, line), burned };
  }

  function again(in_ms: number): void {
    clearTimeout(timer);
    timer = setTimeout(() => void ask(), in_ms);
  }

  function askAfter(patience_ms: number): void {
    if (performance.now() - asked_ms > patience_ms) void ask();
  }

  async function ask(): Promise<void> {
    if (choice === null || stopped) return;
    asking?.abort();
    const mine = new AbortController();
    asking = mine;
    asked_ms = performance.now();
    again(EVERY_MS);
    try {
      const found = await ports.post(wishFor(choice), mine.signal);
      if (mine.signal.aborted) return;
      name = found.name;
      ports.found(found);
    } catch (error) {
      if (!mine.signal.aborted) failed(error);
    }
  }

  function failed(error: unknown): void {
    if (error instanceof ApiError && REFUSALS.includes(error.status)) {
      stop();
      return ports.refused();
    }
    missed();
    again(RETRY_MS);
  }

  /** What is watched goes on, whoever does not answer. */
  function missed(): void {
    if (name === null) ports.missed();
  }

  function stop(): void {
    stopped = true;
    asking?.abort();
    clearTimeout(timer);
    clearInterval(looking);
  }

  return {
    want(next: Choice) {
      choice = next;
      void ask();
    },
    /** What is watched is not what was planned: asked soon, but not in a storm. */
    hurry: () => askAfter(RETRY_MS),
    /** Nobody can say what there is to choose from. */
    missed,
    /** What is watched; null before the first answer. */
    name: () => name,
    stop,
  };
}
