import { ArrowDown, MessageCircle } from "lucide-react";
import { type RefObject, useLayoutEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Message } from "@/lib/types";
import { useMay, useRoom } from "@/room/context";
import { Button } from "@/ui/button";
import { Empty } from "@/ui/states";
import { Composer } from "./Composer";
import { groupMessages, openDrafts } from "./groups";
import { DraftLine, MessageGroup } from "./MessageGroup";
import { TypingLine } from "./TypingLine";
import { useChat } from "./useChat";

const NEAR_END_PX = 80;
const NEAR_START_PX = 160;

/**
 * The conversation. Stays at the latest message unless somebody reads further up; older messages
 * come in above without moving what is read.
 */
export function ChatPanel(props: {
  input: RefObject<HTMLTextAreaElement | null>;
  /** The last message seen before the panel was opened; newer ones are marked. */
  seen_seq: number;
}) {
  const { t } = useTranslation();
  const chat = useChat();
  const messages = useRoom((state) => state.messages);
  const drafts = useRoom((state) => state.drafts);
  const you = useRoom((state) => state.you?.id ?? "");
  const mayModerate = useMay("chat.moderate");
  const [reply, setReply] = useState<Message | null>(null);
  const [mark] = useState(props.seen_seq);
  const groups = useMemo(() => groupMessages(messages), [messages]);
  const byId = useMemo(() => new Map(messages.map((each) => [each.id, each])), [messages]);
  const firstNew = messages.find((each) => each.seq > mark && each.member_id !== you);
  const scroll = useStickyScroll(messages, drafts.length, () => void chat.older());

  return (
    <div className="flex h-full min-h-0 flex-col">
      <div className="relative min-h-0 flex-1">
        <div
          ref={scroll.ref}
          onScroll={scroll.onScroll}
          role="log"
          aria-live="polite"
          aria-relevant="additions"
          aria-label={t("chat.label")}
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to be reachable by keyboard
          tabIndex={0}
          className="h-full overflow-y-auto overscroll-contain px-4 py-3 outline-offset-[-2px]"
        >
          {groups.length === 0 && drafts.length === 0 && (
            <Empty icon={<MessageCircle />} title={t("chat.empty")} text={t("chat.empty_text")} />
          )}
          <ol className="grid gap-4">
            {groups.map((group) => (
              <MessageGroup
                key={group.key}
                group={group}
                own={group.member_id === you}
                mayDelete={group.member_id === you || mayModerate}
                newFrom={mark > 0 ? (firstNew?.id ?? null) : null}
                quoted={byId}
                onReply={(message) => {
                  setReply(message);
                  props.input.current?.focus();
                }}
                onDelete={chat.remove}
              />
            ))}
            {openDrafts(drafts).map((draft) => (
              <DraftLine
                key={draft.id}
                draft={draft}
                onAgain={() => chat.again(draft)}
                onDiscard={() => chat.discard(draft.id)}
              />
            ))}
          </ol>
        </div>
        {scroll.away && (
          <Button
            size="sm"
            tone="primary"
            className="absolute bottom-2 left-1/2 -translate-x-1/2 animate-appear shadow-pop"
            onClick={scroll.toEnd}
          >
            <ArrowDown />
            {t("chat.latest")}
          </Button>
        )}
      </div>
      <TypingLine />
      <Composer input={props.input} chat={chat} reply={reply} onReplied={() => setReply(null)} />
    </div>
  );
}

function useStickyScroll(messages: readonly Message[], drafts: number, older: () => void) {
  const ref = useRef<HTMLDivElement>(null);
  const at = useRef({ end: true, height: 0, first: "" });
  const [away, setAway] = useState(false);
  const first = messages[0]?.id ?? "";

  // biome-ignore lint/correctness/useExhaustiveDependencies: runs after whatever changes the height
  useLayoutEffect(() => {
    const list = ref.current;
    if (!list) return;
    const grownAbove = at.current.first !== "" && at.current.first !== first;
    if (grownAbove && !at.current.end) list.scrollTop += list.scrollHeight - at.current.height;
    else if (at.current.end) list.scrollTop = list.scrollHeight;
    at.current.height = list.scrollHeight;
    at.current.first = first;
  }, [messages, drafts, first]);

  // The list keeps its end in view when it becomes smaller: a keyboard opens, the panel turns.
  useLayoutEffect(() => {
    const list = ref.current;
    if (!list || typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(() => {
      if (at.current.end) list.scrollTop = list.scrollHeight;
    });
    observer.observe(list);
    return () => observer.disconnect();
  }, []);

  return {
    ref,
    away,
    onScroll() {
      const list = ref.current;
      if (!list) return;
      at.current.end = list.scrollHeight - list.scrollTop - list.clientHeight < NEAR_END_PX;
      at.current.height = list.scrollHeight;
      setAway(!at.current.end);
      if (list.scrollTop < NEAR_START_PX) older();
    },
    toEnd() {
      const list = ref.current;
      if (list) list.scrollTop = list.scrollHeight;
    },
  };
}
