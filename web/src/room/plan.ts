/** How the room's film is served: who plays the file itself, who shares which conversion (STR-10). */
import type { TFunction } from "i18next";
import { useStore } from "zustand";
import { createStore } from "zustand/vanilla";

export interface Plan {
  direct: number;
  shared: { name: string; viewers: number }[];
  /** What each member watches, by member id: `file0`, or the name of a rendition. */
  members: Record<string, string>;
}

const store = createStore<{ plan: Plan | null }>(() => ({ plan: null }));

/** As the server last said; null while nothing is on. */
export const tellPlan = (plan: Plan | null) => store.setState({ plan });

export const usePlan = () => useStore(store, ({ plan }) => plan);

/** "3 play the file itself, 2 share one conversion"; null while nobody watches anything. */
export function wordsOfPlan({ direct, shared }: Plan, t: TFunction): string | null {
  const viewers = shared.reduce((sum, each) => sum + each.viewers, 0);
  const parts = [
    direct > 0 && t("plan.direct", { count: direct }),
    viewers > 0 &&
      (shared.length === 1
        ? t("plan.share", { count: viewers })
        : t("plan.shares", { count: viewers, conversions: shared.length })),
  ].filter((each) => each !== false);
  return parts.length === 0 ? null : parts.join(t("plan.and"));
}

/** "File", "720p", "720p with subtitles". */
export function wordsOfWay(name: string, t: TFunction): string {
  if (name.startsWith("file")) return t("plan.file");
  const [box = "", burned] = name.split(".");
  return burned ? t("plan.burned", { size: box }) : box;
}
