/**
 * What this page watches (SPEC STR-9, STR-10): asks what there is, what its browser can play, tells
 * the server what it wants, and gives the answer to the driver. Asked again every 20 s, when the
 * viewer chooses otherwise, and at once when the line carries less than what is watched.
 */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { keep, kept } from "@/lib/kept";
import { tellPlan } from "@/room/plan";
import type { Driver } from "./driver";
import { takesSizes } from "./hls";
import {
  askWay,
  fetchWays,
  playableHere,
  QUALITIES,
  type Quality,
  type Way,
  type Ways,
  weightOf,
} from "./way";

const EVERY_MS = 20_000;
const LOOK_MS = 1_000;
/** Not to be asked again for a narrow line before this. */
const PATIENCE_MS = 4_000;
const RETRY_MS = 2_000;

const rememberedQuality = (): Quality =>
  QUALITIES.find((each) => each === kept("quality")) ?? "auto";

/** `stream` is the address below which the film is streamed; null while there is none. */
export function useWay(driver: Driver | null, stream: string | null) {
  const [quality, setQuality] = useState(rememberedQuality);
  const [burned, setBurned] = useState<{ stream: string; id: string } | null>(null);
  const [way, setWay] = useState<Way | null>(null);
  const [unplayed, setUnplayed] = useState<readonly string[]>([]);
  const listed = useQuery({
    queryKey: ["ways", stream],
    queryFn: async ({ signal }) => {
      const ways = await fetchWays(`${stream}`, signal);
      return { ways, files: await playableHere(ways.files) };
    },
    enabled: stream !== null,
    staleTime: Number.POSITIVE_INFINITY,
    retry: 1,
  });
  const known = stream === null ? undefined : listed.data;
  const without = stream !== null && listed.isError;
  const subtitle = burned?.stream === stream ? burned.id : null;

  useEffect(() => {
    if (!driver || stream === null) {
      driver?.load(null);
      setWay(null);
      tellPlan(null);
      return;
    }
    // While nobody can say what there is, what is usual plays on from the server's cache.
    if (without) driver.load({ url: `${stream}/master.m3u8`, size: null });
    if (!known) return;
    const gone = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let asked_ms = 0;
    let name: string | null = null;
    const ask = async (): Promise<void> => {
      clearTimeout(timer);
      asked_ms = performance.now();
      timer = setTimeout(() => void ask(), EVERY_MS);
      try {
        const wish = {
          files: known.files.filter((index) => !unplayed.includes(`${stream} file${index}`)),
          quality,
          line_kbps: lineOf(driver, name, known.ways),
          burned: subtitle,
        };
        const found = await askWay(stream, wish, gone.signal);
        name = found.name;
        setWay(found);
        tellPlan(found.plan);
        driver.load(
          found.ladder !== null && takesSizes()
            ? { url: `${stream}/${found.ladder}`, size: found.name }
            : { url: `${stream}/${found.path}`, size: null },
        );
      } catch {
        if (gone.signal.aborted) return;
        if (name === null) driver.load({ url: `${stream}/master.m3u8`, size: null });
        clearTimeout(timer);
        timer = setTimeout(() => void ask(), RETRY_MS);
      }
    };
    void ask();
    const looking = setInterval(() => {
      const weight = name === null ? null : weightOf(name, known.ways);
      const line = lineOf(driver, name, known.ways);
      if (weight === null || line === null || line >= weight) return;
      if (quality === "auto" && performance.now() - asked_ms > PATIENCE_MS) void ask();
    }, LOOK_MS);
    const unsubscribe = driver.view.subscribe(({ failure }) => {
      if (failure !== "undecodable" || !name?.startsWith("file")) return;
      const tried = `${stream} ${name}`;
      setUnplayed((before) => (before.includes(tried) ? before : [...before, tried]));
    });
    return () => {
      gone.abort();
      clearTimeout(timer);
      clearInterval(looking);
      unsubscribe();
    };
  }, [driver, stream, known, without, quality, subtitle, unplayed]);

  return {
    ways: known?.ways ?? null,
    way,
    quality,
    burned: subtitle,
    choose(next: Quality) {
      keep("quality", next);
      setQuality(next);
    },
    burn: (id: string | null) => setBurned(id === null || stream === null ? null : { stream, id }),
  };
}

export type Watching = ReturnType<typeof useWay>;

/** A playlist's loading says what the line carries; of a file only how much of it comes is known. */
function lineOf(driver: Driver, name: string | null, ways: Ways): number | null {
  if (name === null || !name.startsWith("file")) return driver.line_kbps();
  const weight = weightOf(name, ways);
  const fill = driver.fill();
  return weight === null || fill === null ? null : fill * weight;
}
