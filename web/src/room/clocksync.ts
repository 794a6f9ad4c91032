/** Keeps the server's clock known: a burst when asked, then one exchange every 10 s (SPEC CLK-3). */
import {
  addSample,
  BURST,
  beginBurst,
  type ClockState,
  contradicts,
  emptyClock,
  endBurst,
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
  /** Server time now in ms, or null before the first exchange. */
  now(): number | null;
  uncertainty_ms(): number | null;
  round_trip_ms(): number | null;
  stop(): void;
}

const EVERY_MS = 10_000;
const BETWEEN_MS = 25;

/** `ping` sends one exchange and rejects when no answer comes; `onChange` hears of every sample. */
export function startClockSync(
  ping: (t0_ms: number) => Promise<Pong>,
  onChange: () => void,
  own: () => number = () => performance.now(),
): ClockSync {
  let clock = emptyClock;
  let round_trip: number | null = null;
  let bursting: Promise<void> | null = null;
  let stopped = false;

  async function exchange(): Promise<void> {
    const t0_ms = own();
    const pong = await ping(t0_ms);
    const sample = sampleOf({ ...pong, t0_ms, t3_ms: own() });
    round_trip = sample.round_trip_ms;
    const jumped =
      clock.burst === null && clock.clock_id === pong.clock_id && contradicts(clock, sample);
    const restarted = clock.burst === null && clock.clock_id !== pong.clock_id;
    if (!jumped) clock = addSample(clock, sample, pong.clock_id);
    onChange();
    if (jumped || restarted) void burst();
  }

  async function rounds(): Promise<void> {
    clock = beginBurst(clock);
    for (let i = 0; i < BURST && !stopped; i++) {
      await exchange().catch(() => undefined);
      await new Promise((done) => setTimeout(done, BETWEEN_MS));
    }
    clock = endBurst(clock);
    onChange();
  }

  function burst(): Promise<void> {
    bursting ??= rounds().finally(() => {
      bursting = null;
    });
    return bursting;
  }

  const timer = setInterval(() => {
    if (bursting === null) void exchange().catch(() => undefined);
  }, EVERY_MS);

  return {
    burst,
    state: () => clock,
    now: () => {
      const at = own();
      const known = offsetAt(clock, at);
      return known === null ? null : at + known.offset_ms;
    },
    uncertainty_ms: () => offsetAt(clock, own())?.uncertainty_ms ?? null,
    round_trip_ms: () => round_trip,
    stop: () => {
      stopped = true;
      clearInterval(timer);
    },
  };
}
