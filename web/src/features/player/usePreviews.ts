/** Small pictures along the film: the one of a moment, or the nearest that is here already. */
import { queryOptions, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useSyncExternalStore } from "react";
import { besideFilm } from "./beside";

/** `count` pictures, one every `interval_s` of film; sizes in pixels. */
export interface Previews {
  interval_s: number;
  count: number;
  width: number;
  height: number;
}

/** Its neighbours are fetched as well, the nearest first. */
const NEIGHBOURS = [0, 1, -1, 2, -2];
/** A picture that takes longer does not come. */
const PATIENCE_MS = 5_000;
/** One that did not come may be asked for again after this. */
const AGAIN_MS = 10_000;

/** Asked for when somebody first looks: a film's pictures are many. */
const previewsQuery = (stream: string | null, looking: boolean) =>
  queryOptions({
    queryKey: ["previews", stream],
    queryFn: async ({ signal }) =>
      (await (await besideFilm(`${stream}/previews`, signal)).json()) as Previews,
    enabled: stream !== null && looking,
    staleTime: Number.POSITIVE_INFINITY,
    retry: 1,
  });

/** Fetches one picture after the other: the wanted one next, however fast somebody drags. */
export function createPreloader(
  count: number,
  fetchOne: (number: number, done: (there: boolean) => void) => void,
) {
  const there = new Set<number>();
  const failed_ms = new Map<number, number>();
  const listeners = new Set<() => void>();
  let wanted: number | null = null;
  let busy = false;

  const worthIt = (number: number) =>
    !there.has(number) &&
    performance.now() - (failed_ms.get(number) ?? Number.NEGATIVE_INFINITY) > AGAIN_MS;

  const next = () => {
    if (busy || wanted === null) return;
    const around = NEIGHBOURS.map((by) => (wanted ?? 0) + by);
    const number = around.find((each) => each >= 0 && each < count && worthIt(each));
    if (number === undefined) return;
    busy = true;
    fetchOne(number, (came) => {
      busy = false;
      if (came) there.add(number);
      else failed_ms.set(number, performance.now());
      for (const told of listeners) told();
      next();
    });
  };
  return {
    /** Which picture is looked for now; null when nobody looks any more. */
    want(number: number | null) {
      wanted = number;
      next();
    },
    /** The nearest to the number that is here. */
    nearest(number: number): number | null {
      let found: number | null = null;
      for (const each of there) {
        if (found === null || Math.abs(each - number) < Math.abs(found - number)) found = each;
      }
      return found;
    },
    subscribe(told: () => void) {
      listeners.add(told);
      return () => void listeners.delete(told);
    },
  };
}

export interface Preview {
  /** The picture's address; null until one is here. */
  src: string | null;
  /** Width through height. */
  shape: number;
}

/** Tells once whether the picture has come. */
function fetchPicture(address: string, done: (there: boolean) => void): void {
  const picture = new Image();
  const settle = (there: boolean) => {
    clearTimeout(timer);
    picture.onload = null;
    picture.onerror = null;
    done(there);
  };
  const timer = setTimeout(() => {
    picture.onerror = null;
    picture.src = "";
    settle(false);
  }, PATIENCE_MS);
  picture.onload = () => settle(true);
  picture.onerror = () => settle(false);
  picture.src = address;
}

/** `at_s` is the moment looked at, null for none. Null while there are no pictures for it. */
export function usePreviews(stream: string | null, at_s: number | null): Preview | null {
  const { data } = useQuery(previewsQuery(stream, at_s !== null));
  const previews = stream !== null && data && data.count > 0 ? data : null;
  const loader = useMemo(
    () =>
      createPreloader(previews?.count ?? 0, (number, done) =>
        fetchPicture(addressOf(stream, number), done),
      ),
    [stream, previews?.count],
  );
  const number =
    previews && at_s !== null
      ? Math.min(previews.count - 1, Math.max(0, Math.round(at_s / previews.interval_s)))
      : null;
  useEffect(() => {
    loader.want(number);
    return () => loader.want(null);
  }, [loader, number]);
  const nearest = useSyncExternalStore(loader.subscribe, () =>
    number === null ? null : loader.nearest(number),
  );
  if (!previews || number === null) return null;
  return {
    src: nearest === null ? null : addressOf(stream, nearest),
    shape: previews.width / previews.height,
  };
}

const addressOf = (stream: string | null, number: number) => `${stream}/previews/${number}.jpg`;
