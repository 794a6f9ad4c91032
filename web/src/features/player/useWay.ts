/**
 * What this page watches (SPEC STR-9, STR-10): what the viewer chooses among what there is goes to
 * the server, and its answer to the driver.
 */
import { useCallback, useEffect, useMemo, useState } from "react";
import { keep, kept } from "@/lib/kept";
import { tellPlan } from "@/room/plan";
import { type Asker, createAsker } from "./asker";
import { takesSizes } from "./attach";
import type { Driver } from "./driver";
import type { Address } from "./source";
import type { Stream } from "./stream";
import { useWays } from "./useWays";
import { askWay, QUALITIES, type Quality, type Way } from "./way";

const rememberedQuality = (): Quality =>
  QUALITIES.find((each) => each === kept("quality")) ?? "auto";

/** `onRefused`: the stream's ticket is worth nothing any more. */
export function useWay(driver: Driver | null, stream: Stream | null, onRefused: () => void) {
  const { ways, known, failed, again } = useWays(stream);
  const item = stream?.item ?? null;
  const [quality, setQuality] = useState(rememberedQuality);
  const [burned, setBurned] = useState<{ item: string; id: string } | null>(null);
  const [way, setWay] = useState<Way | null>(null);
  const asker = useAsker(driver, stream, setWay, onRefused);
  const unplayed = useUnplayed(driver, asker, item);
  const subtitle = burned !== null && burned.item === item ? burned.id : null;
  const files = useMemo(
    () => known?.files.filter((index) => !unplayed.includes(`file${index}`)),
    [known, unplayed],
  );

  useEffect(() => {
    if (known && files) asker?.want({ ways: known.ways, files, quality, burned: subtitle });
  }, [asker, known, files, quality, subtitle]);
  useEffect(() => {
    if (failed) asker?.missed();
  }, [asker, failed]);

  const burn = useCallback(
    (id: string | null) => setBurned(id === null || item === null ? null : { item, id }),
    [item],
  );
  return {
    ways,
    /** What there is to choose from could not be learned. */
    failed,
    again,
    way,
    /** What is watched cannot be played here, and something else is on its way. */
    replacing: way !== null && unplayed.includes(way.name),
    quality,
    burned: subtitle,
    choose(next: Quality) {
      keep("quality", next);
      setQuality(next);
    },
    burn,
  };
}

export type Watching = ReturnType<typeof useWay>;

/** One for each stream, whose answers go to the driver. */
function useAsker(
  driver: Driver | null,
  stream: Stream | null,
  onWay: (way: Way | null) => void,
  onRefused: () => void,
): Asker | null {
  const [asker, setAsker] = useState<Asker | null>(null);
  useEffect(() => {
    if (!driver || stream === null) {
      driver?.load(null);
      onWay(null);
      tellPlan(null);
      return;
    }
    const made = createAsker({
      post: (wish, signal) => askWay(stream.url, wish, signal),
      line_kbps: driver.line_kbps,
      fill: driver.fill,
      found(way) {
        onWay(way);
        tellPlan(way.plan);
        driver.load(addressOf(stream, way));
      },
      // What is usual plays on from the server's cache.
      missed: () => driver.load({ url: `${stream.url}/master.m3u8`, size: null, key: stream.key }),
      refused: onRefused,
    });
    const stopHearing = driver.onUnplanned(made.hurry);
    setAsker(made);
    return () => {
      stopHearing();
      made.stop();
      setAsker(null);
    };
  }, [driver, stream, onWay, onRefused]);
  return asker;
}

function addressOf({ url, key }: Stream, { name, path, ladder }: Way): Address {
  return ladder !== null && takesSizes()
    ? { url: `${url}/${ladder}`, size: name, key }
    : { url: `${url}/${path}`, size: null, key };
}

const NONE: readonly string[] = [];

/** The names of those of the item's files that this browser could not play in spite of all. */
function useUnplayed(driver: Driver | null, asker: Asker | null, item: string | null) {
  const [unplayed, setUnplayed] = useState({ item, names: NONE });
  useEffect(
    () =>
      driver?.view.subscribe(({ failure }) => {
        const name = asker?.name();
        if (failure !== "undecodable" || !name?.startsWith("file")) return;
        setUnplayed((before) => {
          const names = before.item === item ? before.names : NONE;
          return names.includes(name) ? before : { item, names: [...names, name] };
        });
      }),
    [driver, asker, item],
  );
  return unplayed.item === item ? unplayed.names : NONE;
}
