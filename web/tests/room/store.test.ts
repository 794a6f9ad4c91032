import { describe, expect, test, vi } from "vitest";
import { createRoomStore, mergeMessages, type Notice, order } from "@/room/store";
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
    expect(notices).toEqual([{ kind: "excused", names: ["Ann"] }]);
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
