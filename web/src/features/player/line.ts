/** How much the line carries, from what is loaded: for choosing a size that fits. */

interface Loading {
  /** Bytes that have come. */
  loaded: number;
  /** Moments of the page's clock, ms: the first byte, and the end (0 while it goes on). */
  first_ms: number;
  end_ms: number;
}

export type Line = ReturnType<typeof createLine>;

/** Less than this says nothing about the line. */
const TELLING_BYTES = 20_000;
/** Something that has been on its way for so long says how the line is now. */
const UNDER_WAY_MS = 1_500;
/** How much a new measurement counts. */
const NEW = 0.4;

export function createLine(now: () => number = () => performance.now()) {
  // A browser stops writing down what it loads when its list is full.
  performance.onresourcetimingbufferfull = () => performance.clearResourceTimings();
  let usual_kbps: number | null = null;
  let current: (() => Loading) | null = null;

  /** Something has come whole from this address. */
  function measured({ loaded, first_ms, end_ms }: Loading, url: string): void {
    if (loaded < TELLING_BYTES || first_ms <= 0 || wasCached(url)) return;
    const kbps = (loaded * 8) / Math.max(1, end_ms - first_ms);
    usual_kbps = usual_kbps === null ? kbps : usual_kbps * (1 - NEW) + kbps * NEW;
  }

  return {
    /** Something is being loaded; it tells how far it is. */
    begins(progress: () => Loading) {
      current = progress;
    },
    /** It has come. */
    came(loading: Loading, url: string) {
      current = null;
      measured(loading, url);
    },
    /** Something else has come meanwhile. */
    measured,
    /** Kbit/s; null while nobody knows. */
    kbps(): number | null {
      const loading = current?.();
      if (!loading || loading.first_ms <= 0) return usual_kbps;
      const since_ms = now() - loading.first_ms;
      if (since_ms < UNDER_WAY_MS) return usual_kbps;
      const at_present = (loading.loaded * 8) / since_ms;
      return usual_kbps === null ? at_present : Math.min(usual_kbps, at_present);
    },
  };
}

/** Whether the browser had what it was last asked for at this address: no byte came over the line. */
function wasCached(url: string): boolean {
  const asked = performance.getEntriesByName(url, "resource");
  const last = asked[asked.length - 1] as PerformanceResourceTiming | undefined;
  return last !== undefined && last.transferSize === 0 && last.decodedBodySize > 0;
}
