import { describe, expect, test, vi } from "vitest";
import type { Member } from "@/lib/types";
import { mergeMessages } from "@/room/messages";
import { freshSync, type Notice, order } from "@/room/state";
import { createRoomStore } from "@/room/store";
import { aMember, aMessage, anAnswer, aTimeline } from "../support/room";

function joined() {
  const store = createRoomStore(() => 0);
  store.joined(anAnswer());
  const gap = vi.fn();
  const notices: Notice[] = [];
  store.onGap(gap);
  store.onNotice((notice) => notices.push(notice));
  return { store, gap, notices };
}

describe("timelines", () => {
  test("PB5 one that is not newer is ignored", () => {
    const { store } = joined();
    store.timeline(aTimeline({ revision: 3, position_s: 30, seq: 11 }));
    store.timeline(aTimeline({ revision: 2, position_s: 20, seq: 11 }));
    store.timeline(aTimeline({ revision: 3, position_s: 99, seq: 11 }));
    expect(store.getState().timeline?.position_s).toBe(30);
  });

  test("PB5 a new epoch wins with a lower revision", () => {
    const { store } = joined();
    store.timeline(aTimeline({ revision: 9, seq: 11 }));
    store.timeline(aTimeline({ epoch: 2, revision: 1, position_s: 5, seq: 12 }));
    expect(store.getState().timeline?.position_s).toBe(5);
  });

  test("a new one is announced once; a beacon is silent", () => {
    const { store, notices, gap } = joined();
    const timeline = aTimeline({ revision: 2, seq: 11 });
    store.timeline(timeline);
    store.timeline(timeline);
    expect(notices).toHaveLength(1);
    expect(store.getState().seq).toBe(11);
    expect(gap).not.toHaveBeenCalled();
  });

  test("WIRE6 a change that the acknowledgement told first leaves no gap", () => {
    const { store, gap, notices } = joined();
    const { seq: _, ...acknowledged } = aTimeline({ revision: 2, seq: 11 });
    store.timeline(acknowledged);
    store.timeline(aTimeline({ revision: 2, seq: 11 }));
    expect(store.getState().seq).toBe(11);
    expect(notices).toHaveLength(1);
    expect(gap).not.toHaveBeenCalled();
  });

  test("WIRE6 a beacon that knows more still asks for a rejoin", () => {
    const { store, gap } = joined();
    store.timeline(aTimeline({ revision: 2, seq: 11 }));
    store.timeline(aTimeline({ revision: 2, seq: 12 }));
    expect(gap).toHaveBeenCalledOnce();
  });
});

describe("order of events", () => {
  test("WIRE6 next, old and gap", () => {
    const known = { epoch: 1, seq: 10 };
    expect(order(known, { epoch: 1, seq: 11 })).toBe("next");
    expect(order(known, { epoch: 1, seq: 10 })).toBe("old");
    expect(order(known, { epoch: 1, seq: 13 })).toBe("gap");
    expect(order(known, { epoch: 2, seq: 1 })).toBe("gap");
    expect(order(known, { epoch: 0, seq: 99 })).toBe("old");
    expect(order(known, {})).toBe("next");
  });

  test("WIRE6 a durable event after a gap asks for a rejoin", () => {
    const { store, gap } = joined();
    store.queueChanged({ queue: [], epoch: 1, seq: 12 });
    expect(gap).toHaveBeenCalledOnce();
  });

  test("WIRE6 a volatile event that knows more asks for a rejoin", () => {
    const { store, gap } = joined();
    store.membersChanged({ members: [], epoch: 1, seq: 10 });
    expect(gap).not.toHaveBeenCalled();
    store.membersChanged({ members: [], epoch: 1, seq: 11 });
    expect(gap).toHaveBeenCalledOnce();
  });

  test("an event that came before is not applied again", () => {
    const { store, notices } = joined();
    store.memberJoined({ member: aMember("ben"), epoch: 1, seq: 9 });
    expect(store.getState().members).toHaveLength(2);
    expect(notices).toHaveLength(0);
  });
});

describe("members", () => {
  test("changes are merged by member, also into oneself", () => {
    const { store } = joined();
    const changed = aMember("you", { name: "Kim", permits: ["queue.edit"] });
    store.membersChanged({ members: [changed], epoch: 1, seq: 11 });
    expect(store.getState().you?.permits).toEqual(["queue.edit"]);
    expect(store.getState().members).toHaveLength(2);
  });

  test("a permit counts as the durable event it is", () => {
    const { store, gap } = joined();
    store.memberPermitted({ member_id: "ann", permits: ["playback.seek"], epoch: 1, seq: 11 });
    expect(store.getState().seq).toBe(11);
    expect(gap).not.toHaveBeenCalled();
  });

  test("exactly one is host after a change of hosts", () => {
    const { store } = joined();
    store.hostChanged({ member_id: "ann", reason: "passed", epoch: 1, seq: 11 });
    const hosts = store.getState().members.filter((each) => each.host);
    expect(hosts.map((each) => each.id)).toEqual(["ann"]);
    expect(store.getState().you?.host).toBe(false);
  });

  test("PB11 whoever is excused is named", () => {
    const { store, notices } = joined();
    const excused = aMember("ann", { name: "Ann", excused: true });
    store.membersChanged({ members: [excused], epoch: 1, seq: 10 });
    expect(notices).toEqual([{ kind: "excused", members: [excused] }]);
  });

  test("PB22 who steps out and in is named, and not called late on their way back", () => {
    const { store, notices } = joined();
    const ann = (over: Partial<Member>) =>
      store.membersChanged({ members: [aMember("ann", over)], epoch: 1, seq: 10 });
    ann({ stepped_out: true });
    ann({ stepped_out: false, excused: true, excuse: "returning" });
    expect(notices.map((each) => each.kind)).toEqual(["stepped_out", "stepped_in"]);
  });

  test("PB22 somebody whose line broke has not come back", () => {
    const { store, notices } = joined();
    const ann = (over: Partial<Member>) =>
      store.membersChanged({ members: [aMember("ann", over)], epoch: 1, seq: 10 });
    ann({ online: false, stepped_out: true });
    ann({ online: true, stepped_out: false });
    expect(notices).toEqual([]);
  });
});

describe("the spread", () => {
  const sync = { spread_ms: 3, p95_ms: 4, members: 2, behind: [], epoch: 1, seq: 10 };
  function playing() {
    let now = 1_000;
    const store = createRoomStore(() => now);
    store.joined(anAnswer({ timeline: aTimeline({ state: "playing" }) }));
    const fresh = () => freshSync(store.getState(), now)?.spread_ms;
    const later = (ms: number) => {
      now += ms;
    };
    return { store, fresh, later };
  }

  test("SYN1 is forgotten when no news comes", () => {
    const { store, fresh, later } = playing();
    store.synced(sync);
    later(5_900);
    expect(fresh()).toBe(3);
    later(200);
    expect(fresh()).toBeUndefined();
  });

  test("SYN1 says nothing while nothing plays, and nothing of before when it plays again", () => {
    const { store, fresh } = playing();
    store.synced(sync);
    store.timeline(aTimeline({ revision: 2, state: "paused", seq: 11 }));
    expect(fresh()).toBeUndefined();
    store.timeline(aTimeline({ revision: 3, state: "playing", seq: 12 }));
    expect(fresh()).toBeUndefined();
  });
});

describe("the ready check", () => {
  const check = { by: { member_id: "ann", name: "Ann" }, ends_ms: 60_000, clock_id: "c1" };

  test("PB21 opens and closes in the order of the log", () => {
    const { store, notices } = joined();
    store.checkOpened({ ...check, epoch: 1, seq: 11 });
    expect(store.getState().check).toEqual(check);
    store.checkOpened({ ...check, ends_ms: 1, epoch: 1, seq: 11 });
    expect(store.getState().check?.ends_ms).toBe(60_000);
    store.checkClosed({ reason: "unanswered", missing: ["ann"], epoch: 1, seq: 12 });
    expect(store.getState().check).toBeNull();
    expect(notices).toEqual([{ kind: "check_closed", reason: "unanswered", missing: ["ann"] }]);
  });

  test("PB21 is over with the start of the film, without a word of its own", () => {
    const { store, notices } = joined();
    store.checkOpened({ ...check, epoch: 1, seq: 11 });
    store.timeline(aTimeline({ revision: 2, state: "playing", seq: 12 }));
    store.checkClosed({ reason: "cancelled", epoch: 1, seq: 13 });
    expect(notices.map((each) => each.kind)).toEqual(["timeline"]);
  });

  test("PB21 who joins meanwhile is asked too", () => {
    const { store } = joined();
    store.joined(anAnswer({ check }));
    expect(store.getState().check).toEqual(check);
  });
});

describe("messages", () => {
  test("are kept in order, each once", () => {
    const merged = mergeMessages([aMessage(1), aMessage(3)], [aMessage(2), aMessage(3)]);
    expect(merged.map((each) => each.seq)).toEqual([1, 2, 3]);
  });

  test("a draft becomes its message without being shown twice", () => {
    const { store } = joined();
    const draft = { id: "d", text: "hi", reply_to: null, position_s: null, wall_ms: 0 };
    store.drafted({ ...draft, failed: false });
    store.message({ message: aMessage(11), epoch: 1, seq: 11 });
    store.settled("d", aMessage(11));
    expect(store.getState().drafts).toHaveLength(0);
    expect(store.getState().messages).toHaveLength(1);
  });

  test("a snapshot replaces them, a replay adds to them", () => {
    const { store } = joined();
    store.message({ message: aMessage(11), epoch: 1, seq: 11 });
    store.joined(anAnswer({ resumed: "replay", messages: [aMessage(12)], seq: 12 }));
    expect(store.getState().messages).toHaveLength(2);
    store.joined(anAnswer({ resumed: "snapshot", messages: [aMessage(40)], seq: 40 }));
    expect(store.getState().messages).toHaveLength(1);
  });

  test("CHAT4 a deleted one loses its text", () => {
    const { store } = joined();
    store.message({ message: aMessage(11), epoch: 1, seq: 11 });
    store.messageDeleted({ message_id: "msg11", epoch: 1, seq: 12 });
    expect(store.getState().messages[0]?.text).toBeNull();
  });
});

test("WIRE8 nobody resumes from what the database may not have", () => {
  const { store, gap } = joined();
  expect(store.getState().resume).toEqual({ epoch: 1, seq: 10 });
  store.timeline(aTimeline({ revision: 2, seq: 11, durable: false }));
  expect(store.getState().seq).toBe(11);
  expect(store.getState().resume).toEqual({ epoch: 1, seq: 10 });
  store.queueChanged({ queue: [], epoch: 1, seq: 12 });
  expect(store.getState().resume).toEqual({ epoch: 1, seq: 12 });
  store.joined(anAnswer({ seq: 15, durable: false }));
  expect(store.getState().resume).toEqual({ epoch: 1, seq: 12 });
  expect(gap).not.toHaveBeenCalled();
});
