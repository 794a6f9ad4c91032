/** A room in memory: a store with people in it and a connection that writes down what is sent. */
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render } from "@testing-library/react";
import type { ReactNode } from "react";
import { vi } from "vitest";
import type { Action, JoinAnswer, Member, Message, RoomItem, Timeline } from "@/lib/types";
import type { Connection } from "@/room/connection";
import { GivenRoom } from "@/room/context";
import { createRoomStore } from "@/room/store";

export const ITEM: RoomItem = {
  server: "s1",
  rating_key: "7",
  kind: "movie",
  title: "The Lantern Keeper",
  subtitle: null,
  duration_s: 7200,
  poster: null,
  backdrop: null,
};

/** What tells a host from somebody who only stands in. */
const HOSTS: Action[] = ["room.edit", "invite.create", "member.permit"];

export function aMember(id: string, over: Partial<Member> = {}): Member {
  return {
    id,
    name: `Name ${id}`,
    colour: 1,
    kind: "guest",
    host: false,
    online: true,
    ready: true,
    excused: false,
    excuse: null,
    stalled: false,
    buffered_s: 10,
    drift_ms: 2,
    rtt_ms: 20,
    permits: [],
    stepped_out: false,
    answered: false,
    limit: null,
    ...over,
  };
}

export function aTimeline(over: Partial<Timeline> = {}): Timeline {
  return {
    epoch: 1,
    revision: 1,
    item: ITEM,
    duration_s: 7200,
    state: "paused",
    position_s: 0,
    rate: 1,
    speed: 1,
    as_of_ms: 0,
    clock_id: "c1",
    stream: { generation: 1, rendition: 0 },
    by: null,
    cause: "load",
    seq: 10,
    ...over,
  };
}

export function aMessage(seq: number, over: Partial<Message> = {}): Message {
  return {
    id: `msg${seq}`,
    seq,
    member_id: "ann",
    name: "Ann",
    colour: 1,
    text: `text ${seq}`,
    reply_to: null,
    position_s: null,
    wall_ms: seq * 1000,
    ...over,
  };
}

export function anAnswer(over: Partial<JoinAnswer> = {}): JoinAnswer {
  const you = { ...aMember("you", { name: "Kim", host: true, kind: "account" }), actions: HOSTS };
  return {
    room: {
      code: "ABC",
      name: "Friday film",
      link: "http://x/r/ABC",
      control: "host",
      wait_policy: "everyone",
      invite_only: false,
      autoplay: true,
      owner_member_id: "you",
    },
    you,
    members: [you, aMember("ann", { name: "Ann" })],
    timeline: aTimeline(),
    queue: [],
    messages: [],
    check: null,
    offer: null,
    resumed: "snapshot",
    epoch: 1,
    seq: 10,
    clock_id: "c1",
    ...over,
  };
}

export function aRoom(over: Partial<JoinAnswer> = {}) {
  const store = createRoomStore(() => 0);
  store.joined(anAnswer(over));
  const command = vi.fn(() => Promise.resolve({}));
  const connection = {
    clock: {
      now: () => 0,
      state: () => ({ clock_id: "c1", samples: [], burst: null }),
      burst: async () => undefined,
      uncertainty_ms: () => 1,
      round_trip_ms: () => 20,
      wake: () => undefined,
      onSure: () => () => undefined,
      stop: () => undefined,
    },
    command,
    status: vi.fn(),
    ready: vi.fn(),
    typing: vi.fn(),
    react: vi.fn(),
    leave: vi.fn(),
    close: vi.fn(),
  } as unknown as Connection;
  const show = (children: ReactNode) =>
    render(
      <QueryClientProvider client={new QueryClient()}>
        <GivenRoom store={store} connection={connection}>
          {children}
        </GivenRoom>
      </QueryClientProvider>,
    );
  return { store, connection, command, show };
}
