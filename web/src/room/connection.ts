/**
 * The socket of one room: joins, rejoins after a loss, delivers commands once, feeds the store.
 * The only place that speaks Socket.IO. What a person sees is decided elsewhere.
 */
import { io, type Socket } from "socket.io-client";
import { basePath, refreshSession } from "@/lib/api";
import { newId } from "@/lib/ids";
import type { Ack, JoinAnswer, Message, Status, Timeline, WireError } from "@/lib/types";
import { type ClockSync, type Pong, startClockSync } from "./clocksync";
import { afterReconnect, lifetime, type Pending } from "./outbox";
import type { Phase } from "./state";
import type { RoomStore } from "./store";

/** A command that was refused, or that never got an answer (`no_answer`). */
export class CommandError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = "CommandError";
  }
}

export interface Connection {
  clock: ClockSync;
  /** Sends a command with an id of its own; repeated by the same id until it is answered. */
  command<T = unknown>(event: string, payload?: Record<string, unknown>, id?: string): Promise<T>;
  status(status: Status): void;
  ready(ready: boolean, revision: number): void;
  typing(typing: boolean): void;
  react(emoji: string): void;
  leave(): void;
  close(): void;
}

const ANSWER_WITHIN_MS = 8_000;
const REJOIN_AFTER_MS = 250;
const REJOIN_EVERY_MS = 3_000;

/** Join refusals that end the visit, as the phase the page then shows. */
const FINAL: Record<string, Phase> = {
  room_not_found: "unknown",
  not_found: "unknown",
  room_closed: "closed",
  kicked: "kicked",
  banned: "kicked",
  not_signed_in: "signed_out",
  not_a_member: "signed_out",
  not_in_room: "signed_out",
};

export function defaultSocket(): Socket {
  return io({
    path: `${basePath()}/socket.io`,
    transports: ["websocket"],
    withCredentials: true,
    reconnectionDelay: 300,
    reconnectionDelayMax: 1_500,
  });
}

/** Join refusals that time heals. */
const PASSING: readonly string[] = ["storage_unavailable", "rate_limited", "room_moved"];

interface Waiting extends Pending {
  resolve: (answer: unknown) => void;
  reject: (error: CommandError) => void;
}

export function openConnection(
  code: string,
  store: RoomStore,
  options: { invite?: string | null; socket?: Socket; now?: () => number } = {},
): Connection {
  const socket = options.socket ?? defaultSocket();
  const now = options.now ?? (() => performance.now());
  const outbox = new Map<string, Waiting>();
  let joining = false;
  let closed = false;
  let joined_at_ms = Number.NEGATIVE_INFINITY;
  let rejoin: ReturnType<typeof setTimeout> | undefined;

  async function ask<T>(event: string, payload: object, within_ms = ANSWER_WITHIN_MS): Promise<T> {
    const answer = (await socket.timeout(within_ms).emitWithAck(event, payload)) as Ack<T>;
    if (answer.ok) return answer;
    follow(answer.timeline ?? answer.error.timeline);
    throw new CommandError(answer.error.code, answer.error.message);
  }

  /** A timeline that came with an answer: followed at once, while its event is on the way. */
  function follow(timeline: Timeline | undefined): void {
    if (timeline) store.timeline({ ...timeline, seq: undefined });
  }

  const clock = startClockSync(
    (t0_ms) =>
      socket.connected
        ? ask<Pong>("clock:ping", { t0_ms }, 2_000)
        : Promise.reject(new CommandError("no_answer", "")),
    { own: now },
  );

  async function join(): Promise<void> {
    if (joining || closed) return;
    joining = true;
    try {
      const { resume } = store.getState();
      const answer = await ask<JoinAnswer>("room:join", {
        code,
        ...(resume ? { resume } : {}),
        ...(options.invite ? { invite: options.invite } : {}),
      });
      joined_at_ms = now();
      store.joined(answer);
      void clock.burst();
      resend();
      // A new connection counts as stepped in (SPEC PB-22); who was out wants to stay out.
      if (store.getState().out) void command("member:step", { out: true }).catch(() => undefined);
    } catch (error) {
      await joinFailed(error);
    } finally {
      joining = false;
    }
  }

  async function joinFailed(error: unknown): Promise<void> {
    if (!(error instanceof CommandError)) return again();
    if (error.code === "session_expired") return renew();
    const phase = FINAL[error.code];
    if (phase) return end(phase, error);
    if (PASSING.includes(error.code)) return again();
    end("refused", error);
  }

  function again(): void {
    clearTimeout(rejoin);
    rejoin = setTimeout(() => (socket.connected ? void join() : undefined), 2_000);
  }

  async function renew(): Promise<void> {
    if (!(await refreshSession())) return end("signed_out");
    socket.disconnect().connect();
  }

  function end(phase: Phase, refusal: WireError | null = null): void {
    store.phase(phase, refusal && { code: refusal.code, message: refusal.message });
    close();
  }

  /** After a rejoin: what is still meant goes out again by the same id, the rest is given up. */
  function resend(): void {
    const { again, given_up } = afterReconnect([...outbox.values()], now());
    for (const each of given_up) settle(each.id, new CommandError("no_answer", ""));
    for (const each of again) void deliver(each.id);
  }

  function settle(id: string, outcome: unknown): void {
    const waiting = outbox.get(id);
    outbox.delete(id);
    if (outcome instanceof CommandError) waiting?.reject(outcome);
    else waiting?.resolve(outcome);
  }

  /** Sent and not answered yet: each is under way once at a time. */
  const under_way = new Map<string, symbol>();

  async function deliver(id: string): Promise<void> {
    const waiting = outbox.get(id);
    if (!waiting || under_way.has(id)) return;
    const attempt = Symbol(id);
    under_way.set(id, attempt);
    let unanswered = false;
    try {
      const answer = await ask<{ timeline?: Timeline }>(waiting.event, waiting.payload);
      follow(answer.timeline);
      settle(id, answer);
    } catch (error) {
      // Without an answer it stays in the outbox: it may have arrived, and is repeated by its id.
      if (error instanceof CommandError) settle(id, error);
      else unanswered = true;
    } finally {
      if (under_way.get(id) === attempt) under_way.delete(id);
    }
    if (unanswered && socket.connected && outbox.has(id)) void deliver(id);
  }

  function expire(id: string, event: string): void {
    const waited_ms = lifetime(event) + ANSWER_WITHIN_MS;
    setTimeout(() => {
      if (outbox.has(id)) settle(id, new CommandError("no_answer", ""));
    }, waited_ms);
  }

  function close(): void {
    closed = true;
    clearTimeout(rejoin);
    clock.stop();
    for (const id of [...outbox.keys()]) settle(id, new CommandError("no_answer", ""));
    stopGap();
    socket.disconnect();
  }

  /** Joins anew, but never in a storm. */
  function joinSoon(): void {
    if (store.getState().phase !== "joined") return;
    clearTimeout(rejoin);
    const wait_ms = Math.max(REJOIN_AFTER_MS, joined_at_ms + REJOIN_EVERY_MS - now());
    rejoin = setTimeout(() => void join(), wait_ms);
  }

  const stopGap = store.onGap(joinSoon);

  socket.on("connect", () => void join());
  socket.on("disconnect", (reason) => {
    if (closed) return;
    under_way.clear();
    if (store.getState().phase === "joined") store.phase("reconnecting");
    if (reason === "io server disconnect") setTimeout(() => closed || socket.connect(), 1_000);
  });
  socket.on("connect_error", (error) => {
    const refused = (error as Error & { data?: { code?: string } }).data?.code ?? error.message;
    if (refused === "not_signed_in") return end("signed_out");
    if (refused === "session_expired") return void renew();
    // A refusal by the server (not a lost line) does not reconnect by itself.
    if (!socket.active && !closed) setTimeout(() => closed || socket.connect(), 3_000);
  });
  listen(socket, store, end, joinSoon);
  if (socket.connected) void join();

  function command<T>(event: string, payload: Record<string, unknown> = {}, id = newId()) {
    return new Promise<T>((resolve, reject) => {
      outbox.set(id, {
        id,
        event,
        payload: { id, ...payload },
        asked_at_ms: now(),
        resolve: resolve as (answer: unknown) => void,
        reject,
      });
      expire(id, event);
      if (store.getState().phase === "joined" && socket.connected) void deliver(id);
    });
  }

  return {
    clock,
    command,
    status: (status) => void (socket.connected && socket.volatile.emit("member:status", status)),
    ready: (ready, revision) => {
      if (socket.connected) socket.emit("member:ready", { ready, revision });
    },
    typing: (typing) => void (socket.connected && socket.volatile.emit("chat:typing", { typing })),
    react: (emoji) => void (socket.connected && socket.volatile.emit("chat:react", { emoji })),
    leave: () => {
      if (socket.connected) socket.emit("room:leave", {});
      close();
    },
    close,
  };
}

type Event<M extends keyof RoomStore> = RoomStore[M] extends (event: infer E) => unknown
  ? E
  : never;

/** Every server event and where it goes. Unknown ones are ignored (SPEC WIRE-7). */
function listen(
  socket: Socket,
  store: RoomStore,
  end: (phase: Phase, refusal?: WireError | null) => void,
  joinSoon: () => void,
): void {
  socket.on("playback:timeline", (e: Event<"timeline">) => store.timeline(e));
  socket.on("member:joined", (e: Event<"memberJoined">) => store.memberJoined(e));
  socket.on("member:left", (e: Event<"memberLeft">) => store.memberLeft(e));
  socket.on("member:changed", (e: Event<"membersChanged">) => store.membersChanged(e));
  socket.on("member:permitted", (e: Event<"memberPermitted">) => store.memberPermitted(e));
  socket.on("host:changed", (e: Event<"hostChanged">) => store.hostChanged(e));
  socket.on("room:sync", (e: Event<"synced">) => store.synced(e));
  socket.on("check:opened", (e: Event<"checkOpened">) => store.checkOpened(e));
  socket.on("check:closed", (e: Event<"checkClosed">) => store.checkClosed(e));
  socket.on("next:offered", (e: Event<"nextOffered">) => store.nextOffered(e));
  socket.on("next:withdrawn", (e: Event<"nextWithdrawn">) => store.nextWithdrawn(e));
  socket.on("queue:changed", (e: Event<"queueChanged">) => store.queueChanged(e));
  socket.on("chat:message", (e: Event<"message">) => store.message(e));
  socket.on("chat:deleted", (e: Event<"messageDeleted">) => store.messageDeleted(e));
  socket.on("room:changed", (e: Event<"roomChanged">) => store.roomChanged(e));
  socket.on("chat:typing", (e: { member_id: string; typing: boolean }) =>
    store.typing(e.member_id, e.typing),
  );
  socket.on("chat:reaction", (e: { member_id: string; emoji: string }) =>
    store.reaction(e.member_id, e.emoji),
  );
  socket.on("room:resync", joinSoon);
  socket.on("room:closed", (e: { reason?: string }) =>
    end("closed", { code: "room_closed", message: e.reason ?? "" }),
  );
  socket.on("member:kicked", (e: { reason?: string }) =>
    end("kicked", { code: "kicked", message: e.reason ?? "" }),
  );
}

/** What the wire answers to a sent message. */
export interface Sent {
  message: Message;
}
