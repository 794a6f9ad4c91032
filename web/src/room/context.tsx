/** The room a part of the page belongs to: its store, its connection, and who may do what. */
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { useStore } from "zustand";
import { useShallow } from "zustand/react/shallow";
import { sentence } from "@/lib/i18n";
import type { Action } from "@/lib/types";
import { notify } from "@/ui/toast";
import { type Connection, openConnection } from "./connection";
import { createRoomStore, type RoomState, type RoomStore } from "./store";

interface Live {
  store: RoomStore;
  connection: Connection;
}

const RoomContext = createContext<Live | null>(null);

/** Opens the room while it is mounted, and closes it with the page that shows it. */
export function RoomProvider(props: { code: string; invite: string | null; children: ReactNode }) {
  const { code, invite, children } = props;
  const [live, setLive] = useState<Live | null>(null);
  useEffect(() => {
    const store = createRoomStore();
    const connection = openConnection(code, store, { invite });
    setLive({ store, connection });
    return () => {
      connection.close();
      setLive(null);
    };
  }, [code, invite]);
  return live && <RoomContext.Provider value={live}>{children}</RoomContext.Provider>;
}

/** For tests and stories: a room that somebody else made. */
export function GivenRoom(props: Live & { children: ReactNode }) {
  const { store, connection, children } = props;
  const live = useMemo(() => ({ store, connection }), [store, connection]);
  return <RoomContext.Provider value={live}>{children}</RoomContext.Provider>;
}

export function useLive(): Live {
  const live = useContext(RoomContext);
  if (!live) throw new Error("used outside of a room");
  return live;
}

/** A part of the room's state; arrays and objects are compared shallowly. */
export function useRoom<T>(select: (state: RoomState) => T): T {
  return useStore(useLive().store, useShallow(select));
}

/** What `control: everyone`, or a permit, opens to others than the host (SPEC MEM-3). */
const SHARED: readonly Action[] = [
  "playback.play_pause",
  "playback.seek",
  "playback.load",
  "playback.rate",
  "queue.edit",
  "wait.skip",
];

/** May I do this? For showing what works; the server decides again (SPEC MEM-2). */
export function mayDo(state: RoomState, action: Action): boolean {
  const { you, room } = state;
  if (!you) return false;
  if (you.host || action === "chat.send" || you.permits.includes(action)) return true;
  return room?.control === "everyone" && SHARED.includes(action);
}

export function useMay(action: Action): boolean {
  return useRoom((state) => mayDo(state, action));
}

/** Commands a person gives. A refusal is told in a toast; the promise then gives null. */
export function useCommands() {
  const { store, connection } = useLive();
  return useMemo(() => {
    const run = <T,>(event: string, payload?: Record<string, unknown>, id?: string) =>
      connection.command<T>(event, payload, id).catch((error: unknown) => {
        notify({ text: sentence(error), tone: "trouble" });
        return null;
      });
    const revision = () => store.getState().timeline?.revision ?? 0;
    return {
      run,
      play: () => run("playback:play", { revision: revision() }),
      pause: () => run("playback:pause", { revision: revision() }),
      seek: (position_s: number) => run("playback:seek", { revision: revision(), position_s }),
      rate: (rate: number) => run("playback:rate", { revision: revision(), rate }),
      load: (server: string, rating_key: string, play = true, position_s = 0) =>
        run("playback:load", { revision: revision(), server, rating_key, play, position_s }),
      next: () => run("playback:next", { revision: revision() }),
      skipWait: () => run("wait:skip"),
      queue: (server: string, rating_key: string) => run("queue:add", { server, rating_key }),
    };
  }, [store, connection]);
}
