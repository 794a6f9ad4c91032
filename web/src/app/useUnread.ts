import { useEffect, useRef, useState } from "react";
import { countUnread } from "@/features/chat/groups";
import { useRoom } from "@/room/context";

/** What was said while the chat was not in view. */
export function useUnread(visible: boolean): { count: number; seen_seq: number } {
  const messages = useRoom((state) => state.messages);
  const you = useRoom((state) => state.you?.id);
  const last = messages[messages.length - 1]?.seq ?? 0;
  const [seen, setSeen] = useState<number | null>(null);
  const joined = useRef(false);
  useEffect(() => {
    // What was said before one came in counts as seen.
    if (visible || !joined.current) setSeen(last);
    if (last > 0 || you) joined.current = true;
  }, [visible, last, you]);
  const seen_seq = seen ?? last;
  return { count: visible ? 0 : countUnread(messages, seen_seq, you), seen_seq };
}
