/** The chat's part of what a page knows of the room. */
import type { StoreApi } from "zustand/vanilla";
import type { Message } from "@/lib/types";
import { type Draft, mergeMessages } from "./messages";
import type { Position, RoomState } from "./state";

/** `durable` takes in the place of an event in the room's log. */
export function createChat(
  { getState: get, setState: set }: StoreApi<RoomState>,
  durable: (event: Position) => boolean,
) {
  return {
    /** Idempotent by id, so that a replay may bring a message again. */
    message(event: Position & { message: Message }) {
      durable(
        event.seq === undefined
          ? { epoch: event.epoch ?? get().epoch, seq: event.message.seq }
          : event,
      );
      const { messages, typing } = get();
      set({
        messages: mergeMessages(messages, [event.message]),
        typing: typing.filter((each) => each !== event.message.member_id),
      });
    },

    messageDeleted(event: Position & { message_id: string }) {
      durable(event);
      const gone = (each: Message) =>
        each.id === event.message_id ? { ...each, text: null } : each;
      set({ messages: get().messages.map(gone) });
    },

    olderMessages(older: readonly Message[], more: boolean) {
      set({ messages: mergeMessages(older, get().messages), more_messages: more });
    },

    typing(member_id: string, typing: boolean) {
      const others = get().typing.filter((each) => each !== member_id);
      if (member_id !== get().you?.id) set({ typing: typing ? [...others, member_id] : others });
    },

    drafted(draft: Draft) {
      set({ drafts: [...get().drafts.filter((each) => each.id !== draft.id), draft] });
    },

    /** A draft became a message, or was given up. */
    settled(id: string, message: Message | null) {
      const { drafts, messages } = get();
      set({
        drafts: drafts.filter((each) => each.id !== id),
        messages: message ? mergeMessages(messages, [message]) : messages,
      });
    },

    draftFailed(id: string) {
      const failed = (each: Draft) => (each.id === id ? { ...each, failed: true } : each);
      set({ drafts: get().drafts.map(failed) });
    },
  };
}
