/**
 * Keeps the server's clock known: a burst when asked, then one exchange whenever the offset would
 * be known too badly (SPEC CLK-5, CLK-6). After a sleep it is in doubt until asked again (CLK-8).
 */
import {
  addSample,
  BURST,
  beginBurst,
  type ClockState,
  contradicts,
  emptyClock,
  endBurst,
  nextAfterMs,
  offsetAt,
  sampleOf,
} from "@/sync/clock";

export interface Pong {
  t0_ms: number;
  t1_ms: number;
  t2_ms: number;
  clock_id: string;
}

export interface ClockSync {
  burst(): Promise<void>;
  state(): ClockState;
  /** Server time now in ms; null before the first exchange and while the clock is in doubt. */
  now(): number | null;
  uncertainty_ms(): number | null;
  round_trip_ms(): number | null;
  /** The page may have slept: what was known does not count before the next exchange. */
  wake(): void;
  /** Hears when a doubt is over. */
  onSure(listener: () => void): () => void;
  stop(): void;
}

interface Options {
  own?: () => number;
  wall?: () => number;
}

const BETWEEN_MS = 25;
/** So many may wait for their answers at a time. */
const UNDER_WAY = 8;
/** The two clocks of a page part by more than this only when one of them was set or stood still. */
const PARTED_MS = 1_000;

/** `ping` sends one exchange and rejects when no answer comes. */
export function startClockSync(
  ping: (t0_ms: number) => Promise<Pong>,
  { own = () => performance.now(), wall = () => Date.now() }: Options = {},
): ClockSync {
  const sure = new Set<() => void>();
  let clock = emptyClock;
  let round_trip: number | null = null;
  let bursting: Promise<void> | null = null;
  let doubted_at: number | null = null;
  let apart_ms = wall() - own();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let stopped = false;
  let under_way = 0;

  async function exchange(): Promise<void> {
    const t0_ms = own();
    under_way++;
    const pong = await ping(t0_ms).finally(() => under_way--);
    const sample = sampleOf({ ...pong, t0_ms, t3_ms: own() });
    round_trip = sample.round_trip_ms;
    const goes_on = clock.burst === null && clock.clock_id === pong.clock_id;
    const jumped = goes_on && contradicts(clock, sample);
    const restarted = clock.burst === null && !goes_on;
    if (!jumped) clock = addSample(clock, sample, pong.clock_id);
    if (jumped) doubted_at ??= t0_ms;
    if (jumped || restarted) void burst();
    else if (doubted_at !== null && doubted_at <= t0_ms && clock.burst === null) settle();
  }

  function settle(): void {
    doubted_at = null;
    for (const listener of sure) listener();
  }

  async function rounds(): Promise<void> {
    clock = beginBurst(clock);
    let answered = 0;
    for (let i = 0; i < BURST && !stopped; i++) {
      await exchange().then(
        () => answered++,
        () => undefined,
      );
      await new Promise((done) => setTimeout(done, BETWEEN_MS));
    }
    clock = endBurst(clock);
    if (doubted_at !== null && answered > 0) settle();
  }

  function burst(): Promise<void> {
    bursting ??= rounds().finally(() => {
      bursting = null;
    });
    return bursting;
  }

  function wake(): void {
    if (clock.fit === null || doubted_at !== null) return;
    doubted_at = own();
    void exchange().catch(() => undefined);
  }

  function noticeSleep(): void {
    const now_apart_ms = wall() - own();
    if (Math.abs(now_apart_ms - apart_ms) > PARTED_MS) wake();
    apart_ms = now_apart_ms;
  }

  function goOn(): void {
    if (stopped) return;
    noticeSleep();
    if (bursting === null && under_way < UNDER_WAY) void exchange().catch(() => undefined);
    clearTimeout(timer);
    timer = setTimeout(goOn, nextAfterMs(clock, own()));
  }
  timer = setTimeout(goOn, 1_000);

  return {
    burst,
    state: () => clock,
    now: () => {
      const at = own();
      const known = doubted_at === null ? offsetAt(clock, at) : null;
      return known === null ? null : at + known.offset_ms;
    },
    uncertainty_ms: () => offsetAt(clock, own())?.uncertainty_ms ?? null,
    round_trip_ms: () => round_trip,
    wake,
    onSure: (listener) => {
      sure.add(listener);
      return () => void sure.delete(listener);
    },
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
