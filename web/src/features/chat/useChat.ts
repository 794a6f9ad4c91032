/** What the chat can do: send with a draft that settles, load older messages, delete. */
import { useCallback, useMemo, useRef } from "react";
import { api, withQuery } from "@/lib/api";
import { newId } from "@/lib/ids";
import type { Message } from "@/lib/types";
import { useCommands, useLive } from "@/room/context";
import type { Draft } from "@/room/messages";
import { positionAt } from "@/sync/timeline";

const TYPING_EVERY_MS = 2_500;

export function useChat() {
  const { store, connection } = useLive();
  const commands = useCommands();
  const typed_at = useRef(Number.NEGATIVE_INFINITY);
  const loading = useRef(false);

  const deliver = useCallback(
    async (draft: Draft) => {
      store.drafted({ ...draft, failed: false });
      const { text, reply_to, id } = draft;
      const payload = reply_to ? { text, reply_to } : { text };
      const sent = await commands.run<{ message: Message }>("chat:send", payload, id);
      if (sent) store.settled(id, sent.message);
      else store.draftFailed(id);
    },
    [store, commands],
  );

  return useMemo(
    () => ({
      send(text: string, reply_to: string | null) {
        const { timeline } = store.getState();
        const now_ms = connection.clock.now();
        const position_s = timeline?.item && now_ms !== null ? positionAt(timeline, now_ms) : null;
        typed_at.current = Number.NEGATIVE_INFINITY;
        const draft = {
          id: newId(),
          text,
          reply_to,
          position_s,
          wall_ms: Date.now(),
          failed: false,
        };
        void deliver(draft);
      },
      again: (draft: Draft) => void deliver(draft),
      discard: (id: string) => store.settled(id, null),
      remove: (message_id: string) => void commands.run("chat:delete", { message_id }),
      react: (emoji: string) => connection.react(emoji),
      typing() {
        if (performance.now() - typed_at.current < TYPING_EVERY_MS) return;
        typed_at.current = performance.now();
        connection.typing(true);
      },
      stopTyping() {
        typed_at.current = Number.NEGATIVE_INFINITY;
        connection.typing(false);
      },
      async older() {
        const { messages, room, more_messages } = store.getState();
        const first = messages[0];
        if (loading.current || !more_messages || !first || !room) return;
        loading.current = true;
        try {
          const path = `api/rooms/${encodeURIComponent(room.code)}/messages`;
          const query = withQuery(path, { before: first.seq, limit: 50 });
          const page = await api.get<{ messages: Message[]; more: boolean }>(query);
          store.olderMessages(page.messages, page.more);
        } catch {
          // The next scroll to the top asks again.
        } finally {
          loading.current = false;
        }
      },
    }),
    [store, connection, commands, deliver],
  );
}
