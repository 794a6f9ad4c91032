/** The room a part of the page belongs to: its store, its connection, and who may do what. */
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import { useStore } from "zustand";
import { useShallow } from "zustand/react/shallow";
import { sentence } from "@/lib/i18n";
import type { Action } from "@/lib/types";
import { notify } from "@/ui/toast";
import { type Connection, openConnection } from "./connection";
import type { RoomState } from "./state";
import { createRoomStore, type RoomStore } from "./store";

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

/** What somebody who only stands in for an absent host may not do (SPEC MEM-5). */
const THE_OWNERS: readonly Action[] = ["room.edit", "invite.create", "member.permit"];

/** May I do this? For showing what works; the server decides again (SPEC MEM-2). */
export function mayDo(state: RoomState, action: Action): boolean {
  const { you, room } = state;
  if (!you) return false;
  if (you.host) return !(state.stand_in && THE_OWNERS.includes(action));
  if (action === "chat.send" || you.permits.includes(action)) return true;
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
    /** What this page has seen of the film when the command is given (SPEC PB-6). */
    const seen = () => {
      const { epoch = 0, revision = 0 } = store.getState().timeline ?? {};
      return { epoch, revision };
    };
    const steer = (event: string, payload: Record<string, unknown> = {}) =>
      run(`playback:${event}`, { ...seen(), ...payload });
    return {
      run,
      play: () => steer("play"),
      pause: () => steer("pause"),
      seek: (position_s: number) => steer("seek", { position_s }),
      rate: (rate: number) => steer("rate", { rate }),
      sound: (sound: string) => steer("sound", { sound }),
      /** Begins where this room left it, or else at the beginning (SPEC PB-30). */
      load: (server: string, rating_key: string, play = true) =>
        steer("load", { server, rating_key, play }),
      next: () => steer("next"),
      /** Nothing is to come next by itself. */
      stay: () => run("next:withdraw"),
      skipWait: () => run("wait:skip"),
      openCheck: () => run("check:open"),
      answerCheck: (ready: boolean) => run("check:answer", { ready }),
      cancelCheck: () => run("check:cancel"),
      /** The own screen leaves at once, whether or not the server hears of it yet. */
      step: (out: boolean) => {
        store.stepped(out);
        return run("member:step", { out });
      },
      queue: (server: string, rating_key: string) => run("queue:add", { server, rating_key }),
    };
  }, [store, connection]);
}
