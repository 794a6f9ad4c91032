import type { Socket } from "socket.io-client";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type Connection, openConnection } from "@/room/connection";
import { afterReconnect } from "@/room/outbox";
import { createRoomStore } from "@/room/store";
import { anAnswer, aTimeline } from "../support/room";

type Answer = (payload: Record<string, unknown>) => unknown;

/** A socket in memory: what is emitted is answered by a table, or not at all. */
class FakeSocket {
  connected = false;
  active = true;
  sent: { event: string; payload: Record<string, unknown> }[] = [];
  answers: Record<string, Answer> = {
    "room:join": () => ({ ok: true, ...anAnswer() }),
    "clock:ping": (p) => ({ ok: true, t0_ms: p.t0_ms, t1_ms: 0, t2_ms: 0, clock_id: "c1" }),
  };
  private handlers = new Map<string, (payload: never) => void>();

  volatile = {
    emit: (event: string, payload: Record<string, unknown>) => this.emit(event, payload),
  };
  on(event: string, handler: (payload: never) => void) {
    this.handlers.set(event, handler);
    return this;
  }
  emit(event: string, payload: Record<string, unknown>) {
    this.sent.push({ event, payload });
  }
  timeout(within_ms: number) {
    return {
      emitWithAck: (event: string, payload: Record<string, unknown>) => {
        this.sent.push({ event, payload });
        const answer = this.answers[event];
        if (answer) return Promise.resolve(answer(payload));
        return new Promise((_, reject) =>
          setTimeout(() => reject(new Error("timeout")), within_ms),
        );
      },
    };
  }
  connect() {
    return this;
  }
  disconnect() {
    this.connected = false;
    return this;
  }
  /** The server says something. */
  hear(event: string, payload: unknown = undefined) {
    if (event === "connect") this.connected = true;
    if (event === "disconnect") this.connected = false;
    this.handlers.get(event)?.(payload as never);
  }
  of(event: string) {
    return this.sent.filter((each) => each.event === event);
  }
}

let socket: FakeSocket;
let store: ReturnType<typeof createRoomStore>;
let connection: Connection;

beforeEach(() => {
  vi.useFakeTimers();
  socket = new FakeSocket();
  store = createRoomStore();
  connection = openConnection("ABC", store, {
    socket: socket as unknown as Socket,
    now: () => Date.now(),
  });
});

afterEach(() => {
  connection.close();
  vi.useRealTimers();
});

async function join() {
  socket.hear("connect");
  await vi.advanceTimersByTimeAsync(300);
}

describe("joining", () => {
  test("a burst of clock pings follows", async () => {
    await join();
    expect(store.getState().phase).toBe("joined");
    await vi.advanceTimersByTimeAsync(500);
    expect(socket.of("clock:ping").length).toBeGreaterThanOrEqual(8);
  });

  test("WIRE6 after a loss it asks for what it missed", async () => {
    await join();
    socket.hear("disconnect", "transport close");
    expect(store.getState().phase).toBe("reconnecting");
    await join();
    expect(socket.of("room:join")[1]?.payload.resume).toEqual({ epoch: 1, seq: 10 });
  });

  test("WIRE6 after a gap it joins again, not more often than every three seconds", async () => {
    await join();
    for (const seq of [15, 16, 17]) store.queueChanged({ queue: [], epoch: 1, seq });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(socket.of("room:join")).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(socket.of("room:join")).toHaveLength(2);
  });

  test("PB22 who was out stays out over a new connection", async () => {
    socket.answers["member:step"] = () => ({ ok: true });
    await join();
    store.stepped(true);
    socket.hear("disconnect", "transport close");
    await join();
    expect(socket.of("member:step").map((each) => each.payload.out)).toEqual([true]);
    store.stepped(false);
    socket.hear("disconnect", "transport close");
    await join();
    expect(socket.of("member:step")).toHaveLength(1);
  });

  test.each([
    ["room_not_found", "unknown"],
    ["banned", "kicked"],
    ["room_closed", "closed"],
    ["not_signed_in", "signed_out"],
    ["room_full", "refused"],
  ])("a refusal %s ends the visit as %s", async (code, phase) => {
    socket.answers["room:join"] = () => ({ ok: false, error: { code, message: "no" } });
    await join();
    expect(store.getState().phase).toBe(phase);
  });

  test("storage that is away is tried again", async () => {
    const welcome = socket.answers["room:join"] as Answer;
    socket.answers["room:join"] = () => ({
      ok: false,
      error: { code: "storage_unavailable", message: "no" },
    });
    await join();
    socket.answers["room:join"] = welcome;
    await vi.advanceTimersByTimeAsync(2_500);
    expect(store.getState().phase).toBe("joined");
  });
});

describe("commands", () => {
  test("LOG7 what was not answered is sent again by the same id after a reconnection", async () => {
    await join();
    const done = vi.fn();
    void connection.command("chat:send", { text: "hi" }).then(done);
    await vi.advanceTimersByTimeAsync(10);
    socket.hear("disconnect", "transport close");
    socket.answers["chat:send"] = () => ({ ok: true, message: {} });
    await join();
    const [first, second] = socket.of("chat:send");
    expect(second?.payload.id).toBe(first?.payload.id);
    expect(done).toHaveBeenCalledOnce();
  });

  test("given before the join they go out after it", async () => {
    socket.answers["queue:add"] = () => ({ ok: true });
    const answer = connection.command("queue:add", { server: "s", rating_key: "1" });
    expect(socket.of("queue:add")).toHaveLength(0);
    await join();
    await expect(answer).resolves.toEqual({ ok: true });
  });

  test("a pause of long ago is given up rather than repeated", async () => {
    await join();
    const refused = connection.command("playback:pause", { revision: 1 }).catch((e: Error) => e);
    socket.hear("disconnect", "transport close");
    await vi.advanceTimersByTimeAsync(9_000);
    await join();
    expect(socket.of("playback:pause")).toHaveLength(1);
    expect(await refused).toMatchObject({ code: "no_answer" });
  });

  test("PB6 a refusal brings the true timeline along", async () => {
    await join();
    socket.answers["playback:seek"] = () => ({
      ok: false,
      error: { code: "stale_revision", message: "no" },
      timeline: aTimeline({ revision: 7, position_s: 70, seq: 10 }),
    });
    await expect(connection.command("playback:seek", { revision: 1 })).rejects.toMatchObject({
      code: "stale_revision",
    });
    expect(store.getState().timeline?.position_s).toBe(70);
  });

  test("who gave a command follows it at once, and its event is still the next of the log", async () => {
    await join();
    const moved = aTimeline({ revision: 2, position_s: 70 });
    socket.answers["playback:seek"] = () => ({ ok: true, timeline: { ...moved, seq: 11 } });
    await connection.command("playback:seek", { revision: 1 });
    expect(store.getState()).toMatchObject({ timeline: { position_s: 70 }, seq: 10 });
    socket.hear("playback:timeline", { ...moved, seq: 11 });
    expect(store.getState().seq).toBe(11);
  });
});

test("SYN1 PB21 the room's figures and checks are heard", async () => {
  await join();
  store.timeline(aTimeline({ revision: 2, state: "playing", seq: 11 }));
  socket.hear("room:sync", { spread_ms: 3, p95_ms: 4, members: 2, behind: [], epoch: 1, seq: 11 });
  socket.hear("check:opened", { by: null, ends_ms: 1, clock_id: "c1", epoch: 1, seq: 12 });
  expect(store.getState()).toMatchObject({ sync: { spread_ms: 3 }, check: { ends_ms: 1 } });
  socket.hear("check:closed", { reason: "ready", missing: [], epoch: 1, seq: 13 });
  expect(store.getState().check).toBeNull();
});

test("PB27 what comes next is heard, and that it no longer does", async () => {
  await join();
  const offered = { item: aTimeline().item, ends_ms: 9, clock_id: "c1", queued: true, revision: 1 };
  socket.hear("next:offered", { ...offered, epoch: 1, seq: 11 });
  expect(store.getState().offer).toEqual(offered);
  socket.hear("next:withdrawn", { reason: "gone", epoch: 1, seq: 12 });
  expect(store.getState().offer).toBeNull();
});

test("MEM6 being kicked ends the visit", async () => {
  await join();
  socket.hear("member:kicked", { reason: "kicked" });
  expect(store.getState().phase).toBe("kicked");
  expect(socket.connected).toBe(false);
});

test("the outbox splits by what a command still means", () => {
  const at = (event: string, asked_at_ms: number) => ({
    id: event,
    event,
    payload: {},
    asked_at_ms,
  });
  const pending = [at("playback:play", 0), at("chat:send", 0), at("playback:seek", 9_000)];
  const { again, given_up } = afterReconnect(pending, 10_000);
  expect(again.map((each) => each.id)).toEqual(["chat:send", "playback:seek"]);
  expect(given_up.map((each) => each.id)).toEqual(["playback:play"]);
});
