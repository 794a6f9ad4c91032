/** Every act of somebody else shows its author for a moment, and can be undone by who may. */
import { useCallback, useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import type { Cause, Timeline } from "@/lib/types";
import { useCommands, useLive } from "@/room/context";
import type { Notice } from "@/room/state";
import { notify } from "@/ui/toast";
import { itemKey } from "./stream";
import { mayBeginAnew, undoingOf, wordsFor } from "./who";

const UNDOABLE_MS = 10_000;
const ONE_JOURNEY_MS = 3_000;

/** Steps of one person in quick succession are one journey: undoing goes to where it began. */
export function createJourney(now: () => number = () => performance.now()) {
  let last = { by: "", from_s: 0, at_ms: Number.NEGATIVE_INFINITY };
  return (notice: Notice): Notice => {
    if (notice.kind !== "timeline" || notice.from_s === null) return notice;
    const { cause, by } = notice.timeline;
    if (cause !== "seek" || !by) return notice;
    const goes_on = by.member_id === last.by && now() - last.at_ms < ONE_JOURNEY_MS;
    const from_s = goes_on ? last.from_s : notice.from_s;
    last = { by: by.member_id, from_s, at_ms: now() };
    return { ...notice, from_s };
  };
}

/** Shows the notices. Gives what takes back the last one, for a key. */
export function useWhoDidWhat(): () => void {
  const { store } = useLive();
  const commands = useCommands();
  const { t } = useTranslation();
  const last = useRef<{ undo: () => void; at_ms: number } | null>(null);
  useEffect(() => {
    const journey = createJourney();
    /** Only while the same item is on. */
    const beginAnew = (begun: Timeline | null) => () => {
      if (itemKey(store.getState().timeline) === itemKey(begun)) void commands.seek(0);
    };
    return store.onNotice((heard) => {
      const notice = journey(heard);
      const state = store.getState();
      const text = wordsFor(notice, state, t);
      if (isAct(notice)) last.current = null;
      if (!text) return;
      const undoing = undoingOf(notice, state);
      const undo = () => {
        // Taking back what was taken back would be an act of its own.
        if (last.current?.undo !== undo || !undoing) return;
        last.current = null;
        if ("to" in undoing) void commands[undoing.command](undoing.to);
        else void commands[undoing.command]();
      };
      if (undoing) last.current = { undo, at_ms: performance.now() };
      const actions = [
        ...(undoing ? [{ label: t("steer.undo"), act: undo }] : []),
        ...(mayBeginAnew(notice, state)
          ? [{ label: t("who.from_beginning"), act: beginAnew(state.timeline) }]
          : []),
      ];
      notify({
        text,
        key: notice.kind === "timeline" ? "timeline" : text,
        ...(actions.length > 0 ? { actions } : {}),
      });
    });
  }, [store, commands, t]);
  return useCallback(() => {
    const { current } = last;
    if (current && performance.now() - current.at_ms < UNDOABLE_MS) current.undo();
  }, []);
}

/** What comes by itself; anything else is an act, after which an older one is not undone. */
const BY_ITSELF: readonly Cause[] = ["ready", "ease", "stall", "check"];

function isAct(notice: Notice): boolean {
  return notice.kind === "timeline" && !BY_ITSELF.includes(notice.timeline.cause);
}
